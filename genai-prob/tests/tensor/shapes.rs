//! Batches, draws and values broadcast in every method; bad parameters are refused.

use crate::{Failures, Row, each_row, number, numbers, some};
use genai_core::random::Key;
use genai_core::{DType, Tensor};
use genai_prob::tensor::{Distribution, kl};

/// The first parameter as `[2, 1]`, the others as `[3]`: the batch `[2, 3]`, or `[2, 1]` with a single parameter.
fn batch(row: &Row) -> (Vec<Tensor>, [usize; 2]) {
    let (a, b) = (&row.members[0], &row.members[1]);
    let columns = if a.len() > 1 { 3 } else { 1 };
    let parameters = (0..a.len()).map(|k| match k {
        0 => Tensor::stack(&[&a[0], &b[0]], 0).unsqueeze(1),
        _ => Tensor::stack(&[&a[k], &b[k], &a[k]], 0),
    });
    (parameters.collect(), [2, columns])
}

/// The parameters of one member of that batch.
fn member(row: &Row, i: usize, j: usize) -> Vec<Tensor> {
    (0..row.members[0].len()).map(|k| row.members[if k == 0 { i } else { j % 2 }][k].clone()).collect()
}

fn joined(parts: &[&[usize]]) -> Vec<usize> {
    parts.concat()
}

#[test]
fn every_method_has_the_shape_of_the_batch() {
    each_row(|row, failures| {
        let (parameters, shape) = batch(row);
        let Ok(d) = (row.make)(&parameters) else {
            return failures.unless(false, || "the batch is refused".into());
        };
        let (event, key) = (d.event_shape().to_vec(), Key::new(40).named(row.name));
        let full = joined(&[&shape, &event]);
        let mut is = |what: &str, x: &Tensor, shape: &[usize]| {
            failures.unless(x.shape() == shape, || format!("{what}: {:?}, expected {shape:?}", x.shape()));
        };
        is("batch", &Tensor::zeros_of(d.batch_shape(), DType::F32), &shape);
        is("mean", &d.mean(), &full);
        is("variance", &d.variance(), &full);
        is("std", &d.std(), &full);
        d.entropy().iter().for_each(|x| is("entropy", x, &shape));
        let drawn = d.sample(key, &[5]);
        is("sample", &drawn, &joined(&[&[5], &full]));
        is("sample of []", &d.sample(key, &[]), &full);
        if d.has_rsample() {
            is("rsample", &d.rsample(key, &[4, 5]), &joined(&[&[4, 5], &full]));
        }
        is("log_prob", &d.log_prob(&drawn), &[5, 2, shape[1]]);
        let one = drawn.select(0, 0).select(0, 0).select(0, 0); // an event
        is("log_prob of an event", &d.log_prob(&one), &shape);
        let columns = drawn.select(0, 0).select(0, 0); // [columns, event..]
        is("log_prob of a row", &d.log_prob(&columns), &shape);
        d.cdf(&drawn).iter().for_each(|x| is("cdf", x, &[5, 2, shape[1]]));
        d.cdf(&one).iter().for_each(|x| is("cdf of a number", x, &shape));
        d.icdf(&number(0.3)).iter().for_each(|x| is("icdf of a number", x, &shape));
        d.icdf(&Tensor::full_of([4, 1, 1], 0.3, DType::F64)).iter().for_each(|x| is("icdf", x, &[4, 2, shape[1]]));
        let alone = (row.make)(&row.members[1]).expect("valid");
        kl(&*d, &*alone).iter().for_each(|x| is("kl", x, &shape));
        kl(&*alone, &*d).iter().for_each(|x| is("kl from one", x, &shape));
        members_agree(row, &*d, shape, &drawn, failures);
    });
}

fn members_agree(row: &Row, d: &dyn Distribution, shape: [usize; 2], drawn: &Tensor, failures: &mut Failures) {
    let pick = |x: &Tensor, axis: isize, i: usize, j: usize| x.select(axis, i).select(axis, j);
    for (i, j) in (0..shape[0]).flat_map(|i| (0..shape[1]).map(move |j| (i, j))) {
        let one = (row.make)(&member(row, i, j)).expect("valid");
        let x = pick(drawn, 1, i, j);
        let mut same = |what: &str, all: Option<Tensor>, own: Option<Tensor>, axis: isize| {
            let (Some(all), Some(own)) = (all, own) else { return };
            if all.rank() >= 2 + axis as usize {
                failures.close(&format!("{what} of member {i}, {j}"), &pick(&all, axis, i, j), &own, 1e-12);
            }
        };
        same("mean", Some(d.mean()), Some(one.mean()), 0);
        same("variance", Some(d.variance()), Some(one.variance()), 0);
        same("entropy", d.entropy(), one.entropy(), 0);
        same("log_prob", Some(d.log_prob(drawn)), Some(one.log_prob(&x)), 1);
        same("cdf", d.cdf(drawn), one.cdf(&x), 1);
        let p = Tensor::of([0.2, 0.7]);
        same("icdf", d.icdf(&p.reshape([2, 1, 1])), one.icdf(&p), 1);
        same("kl", kl(d, &*one), kl(&*one, &*one), 0);
    }
}

#[test]
fn bad_parameters_are_refused() {
    each_row(|row, failures| {
        for bad in &row.bad {
            let values: Vec<Vec<f64>> = bad.iter().map(numbers).collect();
            failures.unless((row.make)(bad).is_err(), || format!("{values:?} is accepted"));
        }
        for k in 0..row.members[0].len() {
            for wrong in [f64::NAN, f64::INFINITY] {
                let mut bad = row.members[0].clone();
                bad[k] = &bad[k] * wrong;
                failures.unless((row.make)(&bad).is_err(), || format!("parameter {k} is {wrong} and is accepted"));
            }
            let mut bad: Vec<Tensor> = row.members[0].iter().map(|p| p.expand(joined(&[&[2], p.shape()]))).collect();
            if bad.len() > 1 {
                bad[k] = row.members[0][k].expand(joined(&[&[3], row.members[0][k].shape()]));
                failures.unless((row.make)(&bad).is_err(), || "shapes that do not broadcast are accepted".into());
            }
        }
        failures.unless(some(row, &row.members[0]).extent(0) == 10, || "draws of [10]".into());
    });
}
