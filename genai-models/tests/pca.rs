//! Principal components are scikit-learn's, and obey what makes them principal.
#![cfg(test)]

use genai_models::Error;
use genai_models::classical::Pca;
use genai_models::core::random::Key;
use genai_models::core::{DType, Tensor};
use genai_models::data::Digits;

/// `[n, c]` of `f64`, correlated: random rows through a random matrix, off the origin.
fn correlated(seed: u64, n: usize, c: usize) -> Tensor {
    let draw = |name: &str, rows: usize| {
        let mut data = vec![0.0; rows * c];
        Key::new(seed).named(name).normal_f64(&mut data);
        Tensor::from_vec(data, [rows, c])
    };
    draw("rows", n).matmul(&draw("matrix", c)) + 3.0
}

fn close(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within, "{found} instead of {expected}");
    }
}

/// `PCA(8, svd_solver="full").fit(x[:1437])` of scikit-learn 1.9.1 with NumPy 2.4.6 on the digits, in `f64`.
#[test]
fn digits_as_scikit_learn() {
    let (train, test) = Digits::built_in().split(360);
    let [train, test] = [train, test].map(|part| part.images.to_dtype(DType::F64));
    let pca = Pca::fit(&train, 8).unwrap();
    let variances = [0.69147253, 0.6331617, 0.55445499, 0.40775906, 0.27656803, 0.23244875, 0.20089548, 0.17074191];
    let shares = [0.14736216, 0.13493533, 0.11816186, 0.08689898, 0.05894039, 0.04953797, 0.04281355, 0.03638741];
    close(pca.explained_variance(), &variances, 1e-8);
    close(&pca.explained_variance_ratio(), &shares, 1e-8);
    let code = [-0.84628557, 0.23245689, -1.93572469, 0.22925357, -0.25015566, -0.00280781, -0.61970872, -0.1200709];
    close(&pca.encode(&test).select(0, 0).to_vec::<f64>(), &code, 1e-8);
    let last =
        [0.000229383503, -0.016696494, -0.226231012, -0.0614823325, 0.136377345, 0.325892648, 0.17911103, 0.0366479467];
    close(&pca.components().select(0, 7).narrow(0, 56, 8).to_vec::<f64>(), &last, 1e-9);
    let error = pca.decode(&pca.encode(&test)).mse(&test).item::<f64>();
    close(&[error], &[0.02489092912473848], 1e-14);
}

/// For many, few and too few rows: orthonormal components of scikit-learn's sign, codes without correlation, and what is
/// lost is what the left-out components would have explained.
#[test]
fn laws() {
    for (n, c) in [(200, 5), (50, 30), (6, 9), (2, 3), (3, 1)] {
        let x = correlated(n as u64, n, c);
        let all = Pca::fit(&x, n.min(c)).unwrap();
        for k in 1..=n.min(c) {
            let pca = Pca::fit(&x, k).unwrap();
            let (components, code) = (pca.components(), pca.encode(&x));
            close(
                &components.matmul(&components.t()).to_vec::<f64>(),
                &Tensor::eye(k).to_dtype(DType::F64).to_vec::<f64>(),
                1e-12,
            );
            for component in components.to_vec::<f64>().chunks_exact(c) {
                let largest = component.iter().fold(0.0_f64, |most, &x| if x.abs() > most.abs() { x } else { most });
                assert!(largest > 0.0, "[{n}, {c}], {k}: {component:?}");
            }
            let scale = all.explained_variance().iter().sum::<f64>();
            let covariance: Vec<f64> = (code.t().matmul(&code) / (n - 1) as f64).to_vec();
            for (at, &covariance) in covariance.iter().enumerate() {
                let expected = if at / k == at % k { pca.explained_variance()[at % k] } else { 0.0 };
                close(&[covariance], &[expected], 1e-12 * scale);
            }
            let lost = (pca.decode(&code) - &x).square().sum().item::<f64>() / (n - 1) as f64;
            let left_out: f64 = all.explained_variance()[k..].iter().sum();
            close(&[lost], &[left_out], 1e-12 * scale);
        }
    }
}

#[test]
fn single_precision_in_single_precision_out() {
    let x = correlated(1, 40, 6);
    let (double, single) = (Pca::fit(&x, 3).unwrap(), Pca::fit(&x.to_dtype(DType::F32), 3).unwrap());
    let code = single.encode(&x.to_dtype(DType::F32));
    assert_eq!((code.dtype(), single.decode(&code).dtype()), (DType::F32, DType::F32));
    close(&code.to_dtype(DType::F64).to_vec::<f64>(), &double.encode(&x).to_vec::<f64>(), 1e-4);
}

/// Rows that are all the same explain nothing, and come back exactly.
#[test]
fn nothing_varies() {
    let x = Tensor::full([4, 3], 2.5);
    let pca = Pca::fit(&x, 2).unwrap();
    assert_eq!(pca.explained_variance_ratio(), [0.0, 0.0]);
    assert_eq!(pca.decode(&pca.encode(&x)).to_vec::<f32>(), x.to_vec::<f32>());
}

#[test]
fn errors() {
    let cases = [
        (Tensor::zeros([1, 4]), 1, "rows: 1, expected at least 2"),
        (Tensor::zeros([0, 4]), 1, "rows: 0, expected at least 2"),
        (Tensor::zeros([3, 4]), 0, "components: 0, expected 1 to 3 for data [3, 4]"),
        (Tensor::zeros([9, 4]), 5, "components: 5, expected 1 to 4 for data [9, 4]"),
        (Tensor::full([3, 4], f64::NAN), 2, "data: not finite"),
    ];
    for (x, components, said) in cases {
        let error: Error = Pca::fit(&x, components).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
}
