//! The graph of what was computed, and the walk back through it.
//!
//! Whether an op is recorded is decided by its inputs alone: there is no global tape and no mode. A graph is owned by the
//! tensors that came out of it, never consumed by a walk, and dropped without recursion.

use crate::layout::Dims;
use crate::op::{Op, Saved};
use crate::tensor::Tensor;
use crate::value::Value;
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashSet};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One recorded operation, or a leaf: a tensor whose gradient is asked for.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) op: Box<dyn Op>,
    pub(crate) edges: SmallVec<[Edge; 2]>,
    pub(crate) output: Option<Value>,
    pub(crate) aside: Vec<Value>,
    location: &'static Location<'static>,
}

/// An input of a recorded operation.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) node: Option<Arc<Node>>,
    pub(crate) value: Option<Value>,
    /// Of an input that was not kept.
    shape: Dims,
}

impl Edge {
    pub(crate) fn shape(&self) -> &[usize] {
        self.value.as_ref().map_or(&self.shape, Value::shape)
    }
}

/// Ids rise along every edge, so descending order is an order in which a walk back may go.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn next_id() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Node {
    pub(crate) fn new(
        op: Box<dyn Op>,
        x: &[&Tensor],
        out: &Value,
        aside: Vec<Value>,
        location: &'static Location<'static>,
    ) -> Arc<Self> {
        let keep = op.keeps();
        let edges = x.iter().enumerate().map(|(i, x)| Edge {
            node: x.node().cloned(),
            value: keep.keeps_input(i).then(|| x.value().clone()),
            shape: if keep.keeps_input(i) { Dims::new() } else { Dims::from_slice(x.shape()) },
        });
        let edges = edges.collect();
        let output = keep.keeps_output().then(|| out.clone());
        Arc::new(Self { id: next_id(), op, edges, output, aside, location })
    }

    /// A leaf: gradients end here.
    #[track_caller]
    pub(crate) fn leaf() -> Arc<Self> {
        Arc::new(Self {
            id: next_id(),
            op: Box::new(Leaf),
            edges: SmallVec::new(),
            output: None,
            aside: Vec::new(),
            location: Location::caller(),
        })
    }
}

/// Drops a chain of nodes in a loop: a million of them must not overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        let mut rest: SmallVec<[Arc<Self>; 4]> = self.edges.iter_mut().filter_map(|e| e.node.take()).collect();
        while let Some(node) = rest.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                rest.extend(node.edges.iter_mut().filter_map(|e| e.node.take()));
            }
        }
    }
}

#[derive(Debug)]
struct Leaf;

impl Op for Leaf {
    fn name(&self) -> &'static str {
        "leaf"
    }

    fn infer(&self, _: &[&Value]) -> Result<crate::value::Spec, String> {
        Err("a leaf is no operation".into())
    }

    fn value(&self, _: &[&Value], out: crate::value::Spec) -> crate::op::Kept {
        unreachable!("a leaf is never applied, not even to make {out:?}")
    }

    fn gradient(&self, _: &Saved<'_>, _: &Tensor, _: &mut Sink<'_>) {}
}

/// Where an op's [gradient](Op::gradient) delivers the gradients of its inputs.
#[derive(Debug)]
pub struct Sink<'a> {
    node: &'a Arc<Node>,
    pending: &'a mut Pending,
    useful: Option<&'a HashSet<u64>>,
    recorded: bool,
}

/// Gradients that wait for their node's turn, by the node's id: the last one is the next to go.
#[derive(Debug, Default)]
struct Pending(BTreeMap<u64, (Arc<Node>, Tensor)>);

impl Sink<'_> {
    /// Whether the gradient of input `i` is of use to anyone.
    pub fn wants(&self, i: usize) -> bool {
        let node = self.node.edges[i].node.as_ref();
        node.is_some_and(|node| self.useful.is_none_or(|useful| useful.contains(&node.id)))
    }

    /// Whether this gradient must have gradients of its own.
    pub fn recorded(&self) -> bool {
        self.recorded
    }

    /// Adds a gradient of input `i`. One of the broadcast shape is summed to the input's.
    ///
    /// # Panics
    ///
    /// If its shape is neither the input's nor broadcast from it.
    #[track_caller]
    pub fn add(&mut self, i: usize, g: Tensor) {
        if !self.wants(i) {
            return;
        }
        let edge = &self.node.edges[i];
        let g = if g.shape() == edge.shape() { g } else { g.sum_to(edge.shape()) };
        self.pending.add(edge.node.as_ref().expect("a wanted input has a node"), g);
    }

    /// Adds a gradient that belongs to a part of input `i`, described as a view of it: `view(input)` is that part.
    /// Parts are written into one buffer, not padded and added.
    ///
    /// # Panics
    ///
    /// If `g` has not the shape of that part.
    #[track_caller]
    pub fn add_part(&mut self, i: usize, g: &Tensor, view: impl Fn(&crate::layout::Layout) -> crate::layout::Layout) {
        if !self.wants(i) {
            return;
        }
        let edge = &self.node.edges[i];
        let node = edge.node.as_ref().expect("a wanted input has a node");
        let whole = match self.pending.0.remove(&node.id) {
            Some((_, whole)) => whole,
            None => Tensor::zeros_of(edge.shape(), g.dtype()),
        };
        let whole = whole.with_part_added(g, view);
        self.pending.0.insert(node.id, (node.clone(), whole));
    }

    /// Differentiates an op's plain form instead of asking the op; `false` if it has none.
    pub(crate) fn through_plain(
        &mut self,
        plain: impl Fn(&[Tensor]) -> Option<Tensor>,
        saved: &Saved<'_>,
        g: &Tensor,
    ) -> bool {
        if saved.node.edges.is_empty() || saved.node.edges.iter().any(|e| e.value.is_none()) {
            return false;
        }
        // Each input stands behind a node of its own: the same tensor given twice has two gradients here.
        let wanted: Vec<bool> = (0..saved.inputs()).map(|i| self.wants(i)).collect();
        let inputs: Vec<Tensor> = saved.all_inputs();
        let inputs: Vec<Tensor> = inputs
            .into_iter()
            .zip(&wanted)
            .map(|(x, &wanted)| match (wanted, self.recorded) {
                (true, true) => x.alias(),
                (true, false) => x.detach().tracked(),
                (false, _) => x.detach(),
            })
            .collect();
        let Some(y) = plain(&inputs) else { return false };
        let targets: Vec<&Tensor> = inputs.iter().zip(&wanted).filter(|(_, w)| **w).map(|(x, _)| x).collect();
        let how = Backward { create_graph: self.recorded, ..Backward::default() };
        let mut gradients = how.grad_with(&y, &targets, g).into_iter();
        for (i, _) in wanted.iter().enumerate().filter(|(_, wanted)| **wanted) {
            self.add(i, gradients.next().expect("there is one gradient a target"));
        }
        true
    }
}

impl Pending {
    fn add(&mut self, node: &Arc<Node>, g: Tensor) {
        let sum = match self.0.remove(&node.id) {
            Some((_, first)) => first.add_reusing(g),
            None => g,
        };
        self.0.insert(node.id, (node.clone(), sum));
    }
}

/// How to walk back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backward {
    /// Records the gradients' own computation, so that they can be differentiated again.
    pub create_graph: bool,
    /// Panics at the first gradient that is not finite, naming the op and the line that made it.
    pub check_finite: bool,
}

impl Backward {
    /// Gradients of `y` (with every element weighted 1) for each of `xs`; zeros where `y` does not depend on it.
    #[track_caller]
    pub fn grad(self, y: &Tensor, xs: &[&Tensor]) -> Vec<Tensor> {
        self.grad_with(y, xs, &Tensor::ones_of(y.shape(), y.dtype()))
    }

    /// Gradients of Σ y·seed for each of `xs`: a vector–Jacobian product.
    ///
    /// # Panics
    ///
    /// If an `x` is not tracked, or `seed` has not the shape of `y`.
    #[track_caller]
    pub fn grad_with(self, y: &Tensor, xs: &[&Tensor], seed: &Tensor) -> Vec<Tensor> {
        let targets: Vec<&Arc<Node>> = xs
            .iter()
            .enumerate()
            .map(|(i, x)| x.node().unwrap_or_else(|| panic!("grad: input {i} is not tracked")))
            .collect();
        let mut found: BTreeMap<u64, Option<Tensor>> = targets.iter().map(|node| (node.id, None)).collect();
        if let Some(root) = y.node() {
            let useful = reaching(root, &found);
            self.walk(y, seed, Some(&useful), |node, g| {
                if let Some(slot) = found.get_mut(&node.id) {
                    *slot = Some(g.clone());
                }
            });
        }
        let zeros = |x: &&Tensor| Tensor::zeros_of(x.shape(), x.dtype());
        let gradient = |(x, node): (&&Tensor, &&Arc<Node>)| found[&node.id].clone().unwrap_or_else(|| zeros(x));
        xs.iter().zip(&targets).map(gradient).collect()
    }

    /// Gradients of `y` (with every element weighted 1) for every leaf that it depends on.
    #[track_caller]
    pub fn leaves(self, y: &Tensor) -> Grads {
        let mut leaves = BTreeMap::new();
        self.walk(y, &Tensor::ones_of(y.shape(), y.dtype()), None, |node, g| {
            if node.edges.is_empty() {
                leaves.insert(node.id, g.clone());
            }
        });
        Grads { leaves }
    }

    #[track_caller]
    fn walk(
        self,
        y: &Tensor,
        seed: &Tensor,
        useful: Option<&HashSet<u64>>,
        mut visit: impl FnMut(&Arc<Node>, &Tensor),
    ) {
        assert!(seed.shape() == y.shape(), "grad: seed {:?} for a result {:?}", seed.shape(), y.shape());
        let Some(root) = y.node() else { return };
        let mut pending = Pending::default();
        pending.0.insert(root.id, (root.clone(), if self.create_graph { seed.clone() } else { seed.detach() }));
        while let Some((_, (node, g))) = pending.0.pop_last() {
            if self.check_finite && !g.is_finite() {
                panic!("{} at {}: its gradient is not finite", node.op.name(), node.location);
            }
            visit(&node, &g);
            let saved = Saved { node: &node, recorded: self.create_graph };
            let mut sink = Sink { node: &node, pending: &mut pending, useful, recorded: self.create_graph };
            let fused = self.create_graph && sink.through_plain(|x| node.op.plain(x), &saved, &g);
            if !fused {
                node.op.gradient(&saved, &g, &mut sink);
            }
        }
    }
}

/// The nodes under `root` from which a target can be reached.
fn reaching(root: &Arc<Node>, targets: &BTreeMap<u64, Option<Tensor>>) -> HashSet<u64> {
    let lowest = *targets.keys().next().unwrap_or(&u64::MAX);
    let mut below: BTreeMap<u64, &Arc<Node>> = BTreeMap::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node.id >= lowest && below.insert(node.id, node).is_none() {
            stack.extend(node.edges.iter().filter_map(|e| e.node.as_ref()));
        }
    }
    let mut useful = HashSet::new();
    for (&id, node) in &below {
        let reaches = |e: &Edge| e.node.as_ref().is_some_and(|n| useful.contains(&n.id));
        if targets.contains_key(&id) || node.edges.iter().any(reaches) {
            useful.insert(id);
        }
    }
    useful
}

/// Gradients of a result for its leaves.
#[derive(Clone, Debug, Default)]
pub struct Grads {
    leaves: BTreeMap<u64, Tensor>,
}

impl Grads {
    /// The gradient of a leaf; `None` if the result does not depend on it.
    pub fn get(&self, leaf: &Tensor) -> Option<&Tensor> {
        leaf.node().and_then(|node| self.leaves.get(&node.id))
    }

    pub(crate) fn of(&self, node: &Arc<Node>) -> Option<&Tensor> {
        self.leaves.get(&node.id)
    }

    /// Adds other gradients to these, as when a batch is cut into parts.
    pub fn accumulate(&mut self, other: Self) {
        for (id, g) in other.leaves {
            let sum = match self.leaves.remove(&id) {
                Some(first) => first.add_reusing(g),
                None => g,
            };
            self.leaves.insert(id, sum);
        }
    }

    /// Multiplies every gradient by a number.
    pub fn scale(&mut self, factor: f64) {
        self.change(|g| g * factor);
    }

    /// Replaces every gradient by a function of it.
    pub fn change(&mut self, f: impl Fn(&Tensor) -> Tensor) {
        self.leaves.values_mut().for_each(|g| *g = f(g));
    }

    /// Number of leaves with a gradient.
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }
}

/// Gradients of `y`, every element weighted 1, for each of `xs`; with `create_graph` they can be differentiated again.
/// Zeros where `y` does not depend on an `x` (PyTorch refuses that unless told otherwise).
///
/// # Panics
///
/// If an `x` is not tracked.
///
/// ```
/// # use genai_core::{Tensor, grad};
/// let x = Tensor::from([2.0]).tracked();
/// let y = x.pow(4.0);
/// let first = grad(&y, &[&x], true).remove(0);
/// let second = grad(&first, &[&x], false).remove(0);
/// assert_eq!((first.item::<f32>(), second.item::<f32>()), (32.0, 48.0));
/// ```
#[track_caller]
pub fn grad(y: &Tensor, xs: &[&Tensor], create_graph: bool) -> Vec<Tensor> {
    Backward { create_graph, ..Backward::default() }.grad(y, xs)
}
