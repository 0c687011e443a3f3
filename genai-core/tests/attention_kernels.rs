//! Fused attention against its formula in `f64`, and the laws that its bits obey.
#![cfg(test)]

use genai_core::kernels::attention::{
    Attention, Gradients, Heads, HeadsMut, Masking, Place, Shape, Table, backward, forward, weights,
};
use genai_core::kernels::lanes::Float;
use genai_core::kernels::{Isa, with_isa};

const ISAS: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];

/// A row of the table: extents, and which masks.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    batch: usize,
    heads: usize,
    key_heads: usize,
    queries: usize,
    keys: usize,
    width: usize,
    causal: bool,
    first: isize,
    window: Option<usize>,
    allowed: bool,
    bias: bool,
}

const fn case(queries: usize, keys: usize, width: usize) -> Case {
    let (causal, first, window, allowed, bias) = (false, 0, None, false, false);
    Case { batch: 2, heads: 2, key_heads: 2, queries, keys, width, causal, first, window, allowed, bias }
}

const fn causal(queries: usize, keys: usize, width: usize) -> Case {
    Case { causal: true, first: keys as isize - queries as isize, ..case(queries, keys, width) }
}

const CASES: &[Case] = &[
    case(1, 1, 4),
    Case { heads: 4, ..case(19, 1, 24) },
    case(5, 5, 8),
    case(17, 64, 16),
    case(3, 130, 24),
    causal(1, 130, 64),
    causal(5, 5, 4),
    causal(17, 17, 16),
    causal(64, 64, 32),
    causal(65, 65, 24),
    causal(70, 70, 80),
    causal(130, 130, 64),
    causal(17, 70, 8),
    Case { first: 0, ..causal(70, 17, 8) },
    Case { first: -3, ..causal(20, 20, 8) },
    Case { first: 100, ..causal(9, 40, 8) },
    Case { window: Some(7), ..causal(130, 130, 16) },
    Case { window: Some(20), ..case(65, 65, 12) },
    Case { window: Some(4), first: 60, ..case(5, 20, 8) },
    Case { heads: 6, key_heads: 2, ..causal(33, 70, 16) },
    Case { heads: 4, key_heads: 1, batch: 3, ..causal(1, 70, 32) },
    Case { heads: 3, key_heads: 1, ..causal(130, 130, 16) },
    Case { batch: 1, heads: 1, key_heads: 1, ..causal(300, 300, 8) },
    Case { allowed: true, ..case(17, 70, 16) },
    Case { allowed: true, ..causal(65, 65, 16) },
    Case { bias: true, ..case(17, 70, 16) },
    Case { bias: true, allowed: true, heads: 4, ..causal(70, 130, 8) },
    Case { batch: 0, ..case(5, 5, 8) },
    Case { key_heads: 0, heads: 0, ..case(5, 5, 8) },
    case(0, 5, 8),
    case(5, 0, 8),
    case(5, 5, 0),
];

/// Numbers in [−1, 1) that look random.
fn numbers<T: Float>(n: usize, seed: u64) -> Vec<T> {
    let number = |i: usize| {
        let mut x = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed.wrapping_mul(0xD1B5_4A32_D192_ED03);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        T::from_f64((x >> 40) as f64 / (1u64 << 23) as f64 - 1.0)
    };
    (0..n).map(number).collect()
}

/// A case with its data: q, k, v in one `[b, t, (h + 2 kh) d]` buffer when queries and keys are as many, else apart.
struct Data<T> {
    case: Case,
    buffer: Vec<T>,
    places: [Place; 3],
    gradient: Vec<T>,
    allowed: Vec<u8>,
    bias: Vec<T>,
}

impl<T: Float> Data<T> {
    fn new(case: Case) -> Self {
        let Case { batch, heads, key_heads, queries, keys, width, .. } = case;
        let (c, k) = (heads * width, key_heads * width);
        let (places, length) = if queries == keys {
            let row = c + 2 * k;
            let place = |offset| Place { offset, strides: [queries * row, width, row] };
            ([place(0), place(c), place(c + k)], batch * queries * row)
        } else {
            let (nq, nk) = (batch * queries * c, batch * keys * k);
            let of_keys = |offset| Place { offset, strides: [keys * k, keys * width, width] };
            let q = Place { offset: 0, strides: [queries * c, width, c] };
            ([q, of_keys(nq), of_keys(nq + nk)], nq + 2 * nk)
        };
        Self {
            case,
            buffer: numbers::<T>(length, 1).into_iter().map(|x| x * T::from_f64(2.0)).collect(),
            places,
            gradient: numbers(batch * heads * queries * width, 2),
            allowed: numbers::<f64>(batch * queries * keys, 3).into_iter().map(|x| u8::from(x > -0.4)).collect(),
            bias: numbers(heads * queries * keys, 4),
        }
    }

    fn attention(&self) -> Attention<'_, T> {
        let Case { batch, heads, key_heads, queries, keys, width, causal, first, window, .. } = self.case;
        let [q, k, v] = self.places.map(|place| Heads { data: &self.buffer, place });
        let allowed = Table { data: &self.allowed[..], offset: 0, strides: [queries * keys, 0, keys, 1] };
        let bias = Table { data: &self.bias[..], offset: 0, strides: [0, queries * keys, keys, 1] };
        let masking = Masking {
            causal,
            first,
            window,
            allowed: self.case.allowed.then_some(allowed),
            bias: self.case.bias.then_some(bias),
        };
        let shape = Shape { batch, heads, key_heads, queries, keys, width };
        Attention { shape, q, k, v, scale: T::from_f64(1.0 / (width.max(1) as f64).sqrt()), masking }
    }

    fn gradient(&self) -> Heads<'_, T> {
        let Case { heads, queries, width, .. } = self.case;
        Heads::new(&self.gradient, 0, [heads * queries * width, queries * width, width])
    }

    fn results(&self) -> Results<T> {
        let (x, s) = (self.attention(), self.attention().shape);
        let rows = s.batch * s.heads * s.queries;
        let mut r = Results {
            out: vec![T::NAN; rows * s.width],
            log_sum_exp: vec![T::NAN; rows],
            weights: vec![T::NAN; rows * s.keys],
            gradients: vec![T::NAN; self.buffer.len()],
        };
        forward(&x, &mut r.out, &mut r.log_sum_exp);
        weights(&x, &r.log_sum_exp, &mut r.weights);
        let [q, k, v] = HeadsMut::parts(&mut r.gradients, self.places);
        backward(&x, &r.out, &r.log_sum_exp, self.gradient(), &mut Gradients { q, k, v });
        r
    }

    /// The formula, row by row in `f64`.
    fn reference(&self) -> Results<f64> {
        let (x, s) = (self.attention(), self.attention().shape);
        let rows = s.batch * s.heads * s.queries;
        let mut r = Results {
            out: vec![0.0; rows * s.width],
            log_sum_exp: vec![0.0; rows],
            weights: vec![0.0; rows * s.keys],
            gradients: vec![0.0; self.buffer.len()],
        };
        for row in 0..rows {
            self.reference_row(
                &x,
                [row / s.queries / s.heads, row / s.queries % s.heads, row % s.queries],
                row,
                &mut r,
            );
        }
        r
    }

    fn reference_row(&self, x: &Attention<'_, T>, [b, h, i]: [usize; 3], row: usize, r: &mut Results<f64>) {
        let (s, scale) = (x.shape, x.scale.to_f64());
        let kh = h / (s.heads / s.key_heads);
        let at = |place: Place, h: usize, i: usize| {
            place.offset + b * place.strides[0] + h * place.strides[1] + i * place.strides[2]
        };
        let number = |i: usize| self.buffer[i].to_f64();
        let (q, k) = (at(x.q.place, h, i), |key| at(x.k.place, kh, key));
        let v = |key| at(x.v.place, kh, key);
        let score = |key: usize| {
            if !self.sees(b, i, key) {
                return f64::NEG_INFINITY;
            }
            let bias = if self.case.bias { self.bias[(h * s.queries + i) * s.keys + key].to_f64() } else { 0.0 };
            (0..s.width).map(|c| number(q + c) * number(k(key) + c)).sum::<f64>() * scale + bias
        };
        let scores: Vec<f64> = (0..s.keys).map(score).collect();
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = if largest.is_finite() { scores.iter().map(|x| (x - largest).exp()).sum() } else { 0.0 };
        r.log_sum_exp[row] = largest + sum.ln();
        let p: Vec<f64> = scores.iter().map(|x| if sum > 0.0 { (x - largest).exp() / sum } else { 0.0 }).collect();
        let y: Vec<f64> = (0..s.width).map(|c| (0..s.keys).map(|key| p[key] * number(v(key) + c)).sum()).collect();
        let g = |c: usize| self.gradient[row * s.width + c].to_f64();
        let mean: f64 = (0..s.width).map(|c| g(c) * y[c]).sum();
        for (key, &p) in p.iter().enumerate() {
            let dp: f64 = (0..s.width).map(|c| g(c) * number(v(key) + c)).sum();
            let ds = p * (dp - mean) * scale;
            for c in 0..s.width {
                r.gradients[v(key) + c] += p * g(c);
                r.gradients[q + c] += ds * number(k(key) + c);
                r.gradients[k(key) + c] += ds * number(q + c);
            }
        }
        r.weights[row * s.keys..][..s.keys].copy_from_slice(&p);
        r.out[((b * s.queries + i) * s.heads + h) * s.width..][..s.width].copy_from_slice(&y);
    }

    fn sees(&self, b: usize, i: usize, key: usize) -> bool {
        let Case { queries, keys, causal, first, window, allowed, .. } = self.case;
        let ahead = key as isize - (first + i as isize);
        (!causal || ahead <= 0)
            && window.is_none_or(|window| ahead.unsigned_abs() < window)
            && (!allowed || self.allowed[(b * queries + i) * keys + key] != 0)
    }
}

#[derive(Debug)]
struct Results<T> {
    out: Vec<T>,
    log_sum_exp: Vec<T>,
    weights: Vec<T>,
    gradients: Vec<T>,
}

impl<T: Float> Results<T> {
    fn parts(&self) -> [(&'static str, &[T]); 4] {
        let Self { out, log_sum_exp, weights, gradients } = self;
        [("out", out), ("log_sum_exp", log_sum_exp), ("weights", weights), ("gradients", gradients)]
    }

    fn bits(&self) -> Vec<u64> {
        self.parts().iter().flat_map(|(_, part)| part.iter().map(|x| x.to_f64().to_bits())).collect()
    }
}

fn assert_equals_formula<T: Float>(tolerance: f64) {
    for &case in CASES {
        let data = Data::<T>::new(case);
        let expected = data.reference();
        for isa in ISAS {
            let found = with_isa(isa, || data.results());
            for ((name, found), (_, expected)) in found.parts().into_iter().zip(expected.parts()) {
                assert_eq!(found.len(), expected.len());
                for (i, (found, &expected)) in found.iter().map(|x| x.to_f64()).zip(expected).enumerate() {
                    let near = found == expected || (found - expected).abs() <= tolerance * (1.0 + expected.abs());
                    assert!(near, "{case:?} {isa:?}: {name}[{i}] is {found}, expected {expected}");
                }
            }
        }
    }
}

#[test]
fn equals_the_formula_in_f32() {
    assert_equals_formula::<f32>(4e-6);
}

#[test]
fn equals_the_formula_in_f64() {
    assert_equals_formula::<f64>(1e-14);
}

#[test]
fn bits_do_not_depend_on_threads() {
    let more =
        [Case { batch: 1, ..causal(600, 600, 16) }, Case { batch: 1, heads: 1, key_heads: 1, ..causal(900, 900, 24) }];
    for &case in CASES.iter().chain(&more) {
        let data = Data::<f32>::new(case);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a small pool can be built");
            pool.install(|| data.results().bits())
        };
        with_isa(Isa::Avx512, || {
            let one = on(1);
            for threads in 2..=3 {
                assert!(one == on(threads), "{case:?}: {threads} threads give other bits than one");
            }
        });
    }
}

/// The case of one sequence and some of its queries, cut out of `data`.
fn cut<T: Float>(data: &Data<T>, batch: usize, queries: std::ops::Range<usize>) -> (Vec<T>, Vec<T>) {
    let mut x = data.attention();
    let s = x.shape;
    for heads in [&mut x.q, &mut x.k, &mut x.v] {
        heads.place.offset += batch * heads.place.strides[0];
    }
    x.q.place.offset += queries.start * x.q.place.strides[2];
    x.masking.first += queries.start as isize;
    if let Some(allowed) = &mut x.masking.allowed {
        allowed.offset += batch * allowed.strides[0] + queries.start * allowed.strides[2];
    }
    if let Some(bias) = &mut x.masking.bias {
        bias.offset += queries.start * bias.strides[2];
    }
    x.shape = Shape { batch: 1, queries: queries.len(), ..s };
    if x.masking.causal {
        x.shape.keys = s.keys.min((x.masking.first + queries.len() as isize).max(0) as usize); // what a cache would hold
    }
    let mut out = vec![T::NAN; queries.len() * s.heads * s.width];
    let mut log_sum_exp = vec![T::NAN; queries.len() * s.heads];
    forward(&x, &mut out, &mut log_sum_exp);
    (out, log_sum_exp)
}

fn assert_rows_stand_alone<T: Float>() {
    for &case in CASES {
        let data = Data::<T>::new(case);
        let all = data.results();
        let s = data.attention().shape;
        let row = s.heads * s.width;
        for batch in 0..s.batch {
            for step in [1, 7, s.queries.max(1)] {
                for start in (0..s.queries).step_by(step) {
                    let end = (start + step).min(s.queries);
                    let (out, logs) = cut(&data, batch, start..end);
                    let first = batch * s.queries;
                    assert!(out == all.out[(first + start) * row..(first + end) * row], "{case:?}: {start}..{end}");
                    for (i, log) in logs.into_iter().enumerate() {
                        let (head, query) = (i / (end - start), start + i % (end - start));
                        let expected = all.log_sum_exp[(batch * s.heads + head) * s.queries + query];
                        assert!(log == expected, "{case:?}: log-sum-exp of query {query}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_row_depends_neither_on_the_batch_nor_on_the_other_queries() {
    for isa in ISAS {
        with_isa(isa, || {
            assert_rows_stand_alone::<f32>();
            assert_rows_stand_alone::<f64>();
        });
    }
}

#[test]
fn a_row_that_sees_nothing_gives_zeros() {
    let data = Data::<f32>::new(Case { first: -3, ..causal(20, 20, 8) });
    let (row, r) = (2 * 8, data.results());
    assert!(r.out[..3 * row].iter().all(|&x| x == 0.0) && r.out[3 * row..4 * row].iter().all(|&x| x != 0.0));
    assert_eq!(r.log_sum_exp[..3], [f32::NEG_INFINITY; 3]);
    assert!(r.gradients.iter().all(|x| x.is_finite()));
}

#[test]
fn the_score_of_a_single_key_has_no_gradient() {
    let data = Data::<f32>::new(Case { heads: 4, ..case(19, 1, 24) });
    let (r, [_, k, v]) = (data.results(), data.places);
    let (of_queries, rest) = (&r.gradients[..k.offset], &r.gradients[k.offset..]);
    let (of_keys, of_values) = rest.split_at(v.offset - k.offset);
    assert!(of_queries.iter().chain(of_keys).all(|&g| g == 0.0));
    assert!(of_values.iter().all(|&g| g != 0.0));
}

#[test]
fn nan_and_large_scores_are_not_hidden() {
    let mut data = Data::<f32>::new(causal(70, 70, 16));
    data.buffer[data.places[0].row_of_query(40)] = f32::NAN;
    data.buffer[data.places[0].row_of_query(50)] = 1e30;
    let (r, row) = (data.results(), 2 * 16);
    assert!(r.out[40 * row..][..16].iter().all(|x| x.is_nan()), "the query with NaN");
    assert!(r.log_sum_exp[40].is_nan());
    assert!(r.out[41 * row..][..16].iter().all(|x| x.is_finite()), "the query after it");
    assert!(r.out[50 * row..][..16].iter().all(|x| x.is_finite()), "one weight takes all");
}

trait Query {
    fn row_of_query(&self, query: usize) -> usize;
}

impl Query for Place {
    fn row_of_query(&self, query: usize) -> usize {
        self.offset + query * self.strides[2]
    }
}

#[test]
#[should_panic(expected = "the gradients of q, k and v overlap")]
fn overlapping_gradients_are_refused() {
    let data = Data::<f32>::new(causal(5, 5, 8));
    let (x, mut out, mut logs) = (data.attention(), vec![0.0; 2 * 2 * 5 * 8], vec![0.0; 2 * 2 * 5]);
    forward(&x, &mut out, &mut logs);
    let mut gradients = vec![0.0; data.buffer.len()];
    let [q, k, v] = HeadsMut::parts(&mut gradients, [data.places[0], data.places[1], data.places[1]]);
    backward(&x, &out, &logs, data.gradient(), &mut Gradients { q, k, v });
}

#[test]
#[should_panic(expected = "exceeds")]
fn short_slices_are_refused() {
    let data = Data::<f32>::new(causal(5, 5, 8));
    let mut x = data.attention();
    x.v.data = &x.v.data[..x.v.data.len() - 1];
    forward(&x, &mut [0.0; 2 * 2 * 5 * 8], &mut [0.0; 2 * 2 * 5]);
}
