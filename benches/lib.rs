//! Tables and the line protocol of the benches.
