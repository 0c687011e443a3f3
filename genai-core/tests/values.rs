//! Values: against formulas in plain f64, from any strides, broadcast, empty, of every type; and that no op is without a row.
#![cfg(test)]

mod rows;

use genai_core::{DType, Tensor};
use rows::{Input, Kind, Row, for_each, gap, made, numbers, same, value_and_gradients};
use std::collections::BTreeMap;
use std::path::Path;

/// Ops without a row of their own, and why.
const WITHOUT_ROW: [(&str, &str); 1] = [("alias", "an identity that the second gradients of fused ops pass through")];

#[test]
fn every_op_has_a_row() {
    let mut in_sources = BTreeMap::<String, usize>::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    for file in std::fs::read_dir(folder).expect("the sources are there").flatten() {
        let source = std::fs::read_to_string(file.path()).expect("a source file is text");
        let source: String = source.split_inclusive('\n').filter(|line| !line.starts_with("/// ")).collect(); // examples
        names_in(&source).into_iter().for_each(|name| *in_sources.entry(name).or_default() += 1);
    }
    assert!(in_sources.len() > 50, "only {} ops found: the search has gone blind", in_sources.len());
    let mut in_table = BTreeMap::<&str, usize>::new();
    rows::rows().iter().filter(|row| !row.composed).for_each(|row| *in_table.entry(row.op()).or_default() += 1);
    for (op, count) in &in_sources {
        let excused = WITHOUT_ROW.iter().any(|(name, _)| name == op);
        let rows = in_table.remove(op.as_str()).unwrap_or(0);
        assert!(excused || rows >= *count, "{count} ops are called {op}, but {rows} rows: add one to tests/rows");
    }
    assert!(in_table.is_empty(), "rows of ops that are not in the sources: {in_table:?}");
}

/// Names of the ops of a source file: what `fn name` returns, `NAME`s, and methods listed in the macros that write ops.
fn names_in(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (i, _) in source.match_indices("fn name(&self) -> &'static str {") {
        let body = source[i..].split("\n    }").next().unwrap_or_default();
        names.extend(body.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    for (i, _) in source.match_indices("const NAME: &'static str = \"") {
        names.extend(source[i..].split('"').nth(1).map(str::to_owned));
    }
    if source.contains("stringify!($method)") || source.contains("functions! {") {
        // `    Relu relu, |x| …` and `    Abs abs keeps INPUTS, |s, g| …`
        for line in source.lines().filter(|line| line.contains(" |") && !line.contains('$')) {
            let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            if let [op, method, next, ..] = words[..]
                && op.starts_with(|c: char| c.is_ascii_uppercase())
                && (next == "keeps" || next.starts_with('|'))
            {
                names.push(method.to_owned());
            }
        }
    }
    names
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = rows::rows().iter().map(|row| row.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The formula, element by element, with inputs broadcast.
fn by_reference(row: &Row, x: &[Tensor], shape: &[usize]) -> Option<Vec<f64>> {
    let formula = row.reference?;
    let x: Vec<Vec<f64>> = x.iter().map(|x| numbers(&x.expand(shape))).collect();
    let count = shape.iter().product();
    Some((0..count).map(|i| formula(&x.iter().map(|x| x[i]).collect::<Vec<_>>())).collect())
}

/// Within the row's ulps; the reference itself is allowed one more in f64.
fn within_ulps(row: &Row, x: &[Tensor]) -> Result<(), String> {
    let y = (row.f)(x);
    let expected = by_reference(row, x, y.shape()).expect("the law is about rows with a formula");
    let tolerance = match y.dtype() {
        DType::F32 => (row.ulp.max(0.5) + 0.001) * f64::from(f32::EPSILON),
        _ => (row.ulp + 1.0) * f64::EPSILON,
    };
    let off = |(got, want): &(f64, f64)| (got - want).abs() > tolerance * want.abs();
    match numbers(&y).into_iter().zip(expected).find(off) {
        Some((got, want)) => {
            Err(format!("{got:e} is {:.1} ulp off {want:e}", (got - want).abs() / want.abs() / tolerance * row.ulp))
        }
        None => Ok(()),
    }
}

#[test]
fn equal_to_their_formulas() {
    let elementwise = |row: &Row| row.reference.is_some();
    for dtype in [DType::F32, DType::F64] {
        for_each(elementwise, |row| within_ulps(row, &row.make(dtype)));
    }
}

#[test]
fn broadcast() {
    for_each(
        |row| row.reference.is_some() && row.inputs.len() > 1,
        |row| {
            let shapes: [&[usize]; 3] = [&[4, 1, 5], &[3, 1], &[]];
            let inputs: Vec<Input> =
                row.inputs.iter().zip(shapes.into_iter().cycle()).map(|(input, shape)| input.of_shape(shape)).collect();
            let x = made(&inputs, row.name, DType::F64);
            let y = (row.f)(&x);
            if y.shape() != [4, 3, 5] {
                return Err(format!("{:?} from {shapes:?}", y.shape()));
            }
            within_ulps(row, &x)
        },
    );
}

#[test]
fn empty_and_single() {
    let shapes: [&[usize]; 5] = [&[0], &[3, 0], &[0, 2, 2], &[], &[1, 1]];
    for_each(
        |row| row.reference.is_some(),
        |row| {
            for shape in shapes {
                let inputs: Vec<Input> = row.inputs.iter().map(|input| input.of_shape(shape)).collect();
                for dtype in [DType::F32, DType::F64] {
                    let x = made(&inputs, row.name, dtype);
                    within_ulps(row, &x)?;
                    let all = value_and_gradients(row.f, &x);
                    if all.iter().any(|y| y.shape() != shape) {
                        return Err(format!("value or gradient of {shape:?} has another shape"));
                    }
                }
            }
            Ok(())
        },
    );
}

/// Nothing to reduce, to pick or to multiply.
#[test]
fn empty_structures() {
    let none = Tensor::zeros([0, 3]).tracked();
    let some = Tensor::ones([3, 2]).tracked();
    let index = Tensor::from_vec(Vec::<i64>::new(), [0]);
    let cases: [(&str, Tensor, &[usize], f64); 15] = [
        ("sum", none.sum(), &[], 0.0),
        ("sum/first", none.sum_over(0, false), &[3], 0.0),
        ("sum/last", none.sum_over(1, false), &[0], 0.0),
        ("prod", none.prod(), &[], 1.0),
        ("max", none.max_over(1, false), &[0], 0.0),
        ("matmul", none.matmul(&some), &[0, 2], 0.0),
        ("matmul/inner", Tensor::zeros([2, 0]).tracked().matmul(&none), &[2, 3], 0.0),
        ("linear", none.linear(&Tensor::ones([4, 3]), Some(&Tensor::ones([4]))), &[0, 4], 0.0),
        ("softmax", none.softmax(-1), &[0, 3], 0.0),
        ("layer_norm", none.layer_norm(None, None, 1e-5), &[0, 3], 0.0),
        ("concat", Tensor::concat(&[&none, &none], 0), &[0, 3], 0.0),
        ("index_select", some.index_select(0, &index), &[0, 2], 0.0),
        ("reshape", none.reshape([3, 0]), &[3, 0], 0.0),
        ("expand", none.expand([2, 0, 3]), &[2, 0, 3], 0.0),
        ("flip", none.flip(0), &[0, 3], 0.0),
    ];
    for (name, y, shape, filled) in cases {
        assert_eq!(y.shape(), shape, "{name}");
        assert!(numbers(&y).iter().all(|&x| x == filled), "{name}: {y:?}");
        let gradients = y.backward();
        let g = gradients.get(&none).or_else(|| gradients.get(&some));
        assert!(g.is_none_or(|g| numbers(g).iter().all(|&g| g == 0.0)), "{name}");
    }
}

/// The same elements in memory of another order; each is made so that the view holds what `x` holds.
fn in_other_memory(x: &Tensor) -> Vec<(&'static str, Tensor)> {
    let mut forms = Vec::new();
    if x.rank() >= 2 {
        forms.push(("transposed", x.transpose(0, -1).contiguous().transpose(0, -1)));
    }
    for axis in 0..x.rank() as isize {
        forms.push(("backwards", x.flip(axis).contiguous().flip(axis)));
    }
    if x.rank() >= 1 {
        let wide = Tensor::concat(&[x, x, x], -1);
        forms.push(("a part", wide.narrow(-1, x.extent(-1), x.extent(-1))));
        let spread = Tensor::stack(&[x, x], -1).flatten_from(x.rank() - 1);
        forms.push(("every second", spread.slice(-1, 0, x.extent(-1), 2)));
    }
    forms
}

#[test]
fn the_same_bits_from_any_strides() {
    for dtype in [DType::F32, DType::F64] {
        for_each(
            |_| true,
            |row| {
                let x = row.make(dtype);
                let expected = value_and_gradients(row.f, &x);
                for i in 0..x.len() {
                    for (how, form) in in_other_memory(&x[i]) {
                        assert!(same(&form, &x[i]));
                        let mut x = x.clone();
                        x[i] = form;
                        let got = value_and_gradients(row.f, &x);
                        if let Some(k) = got.iter().zip(&expected).position(|(a, b)| !same(a, b)) {
                            return Err(format!("{dtype}, input {i} {how}: output {k} differs"));
                        }
                    }
                }
                Ok(())
            },
        );
    }
}

#[test]
fn the_same_bits_from_strides_of_zero() {
    for_each(
        |_| true,
        |row| {
            let x = row.make(DType::F32);
            for i in 0..x.len() {
                for axis in 0..x[i].rank() {
                    let repeated = x[i].narrow(axis as isize, 0, 1).expand(x[i].shape());
                    let (mut strided, mut copied) = (x.clone(), x.clone());
                    (strided[i], copied[i]) = (repeated.clone(), repeated.contiguous());
                    let (got, expected) = (value_and_gradients(row.f, &strided), value_and_gradients(row.f, &copied));
                    if !got.iter().zip(&expected).all(|(a, b)| same(a, b)) {
                        return Err(format!("input {i} repeated along axis {axis}"));
                    }
                }
            }
            Ok(())
        },
    );
}

/// f32 and f64 are the same function: they differ by f32's rounding alone.
#[test]
fn single_precision_follows_double() {
    for_each(
        |_| true,
        |row| {
            let (single, double) = (row.make(DType::F32), row.make(DType::F64));
            let (single, double) = (value_and_gradients(row.f, &single), value_and_gradients(row.f, &double));
            for (i, (a, b)) in single.iter().zip(&double).enumerate() {
                let gap = gap(a, b);
                if gap > 3e-6 {
                    return Err(format!("output {i}: gap {gap:e}"));
                }
            }
            Ok(())
        },
    );
}

#[test]
fn integers() {
    for_each(
        |row| row.integers,
        |row| {
            let whole = |x: Tensor, input: &Input| match input.kind {
                Kind::Float(..) => (x * 3.0).to_dtype(DType::I64),
                _ => x,
            };
            let x: Vec<Tensor> = row.make(DType::F64).into_iter().zip(&row.inputs).map(|(x, i)| whole(x, i)).collect();
            let wide = |(x, input): (&Tensor, &Input)| {
                if let Kind::Float(..) = input.kind { x.to_dtype(DType::F64) } else { x.clone() }
            };
            let floats: Vec<Tensor> = x.iter().zip(&row.inputs).map(wide).collect();
            let (got, expected) = ((row.f)(&x), (row.f)(&floats));
            let kept = if expected.dtype().is_float() { DType::I64 } else { expected.dtype() };
            if got.dtype() != kept || gap(&got, &expected) > 0.0 {
                return Err(format!("{got:?}, in f64 {expected:?}"));
            }
            Ok(())
        },
    );
}

/// Half precision is storage: read as f32, computed, rounded once.
#[test]
fn half_precision() {
    for_each(
        |row| row.reference.is_some(),
        |row| {
            for dtype in [DType::Bf16, DType::F16] {
                let half: Vec<Tensor> = row.make(DType::F32).iter().map(|x| x.to_dtype(dtype)).collect();
                let wide: Vec<Tensor> = half.iter().map(|x| x.to_dtype(DType::F32)).collect();
                let (got, expected) = ((row.f)(&half), (row.f)(&wide).to_dtype(dtype));
                if !same(&got, &expected) {
                    return Err(format!("{dtype}: {got:?}, by f32 {expected:?}"));
                }
            }
            Ok(())
        },
    );
}
