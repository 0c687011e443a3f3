//! Files: what is written is read back, byte-equal to the reference implementation's; what is broken is an error, and a
//! failed write leaves the old file.
#![cfg(test)]

use genai_core::format::{SafeTensors, safetensors, write_atomically};
use genai_core::{DType, Error, Tensor, Value};
use half::{bf16, f16};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An empty folder that is removed at the end of its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static SERIAL: AtomicUsize = AtomicUsize::new(0);
        let name = format!("formats-{}-{}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join("model.safetensors");
        fs::write(&path, bytes).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let files = ["gpt2-hub-layout/model", "gpt2-hub-layout/reference", "gpt2-train20/model", "gpt2-train20/reference"];
    files.map(|name| folder.join(name).with_extension("safetensors")).into()
}

/// A file of a header and data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// One tensor `x` of a type and shape.
fn one(dtype: &str, shape: &[usize], data: &[u8]) -> Vec<u8> {
    file(&format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[0,{}]}}}}"#, data.len()), data)
}

fn read_x(bytes: &[u8]) -> Result<Tensor, Error> {
    let folder = Folder::new();
    SafeTensors::open(folder.file(bytes))?.get("x").map(Tensor::from)
}

fn every_dtype() -> Vec<(&'static str, Value)> {
    vec![
        ("f32", Value::from_vec(vec![1.5f32, f32::MIN_POSITIVE, -0.0, f32::INFINITY], &[2, 2])),
        ("f64", Value::from_vec(vec![1.0f64 / 3.0], &[])),
        ("i64", Value::from_vec(vec![i64::MIN, i64::MAX, 0], &[3])),
        ("bf16", Value::from_vec(vec![bf16::from_f32(1.5); 3], &[3, 1])),
        ("f16", Value::from_vec(vec![f16::MAX, f16::MIN], &[2])),
        ("u32", Value::from_vec(vec![u32::MAX], &[1])),
        ("u8", Value::from_vec(vec![0u8, 255, 7], &[3])),
        ("bool", Value::from_vec(vec![true, false, true], &[3])),
        ("empty", Value::from_vec(Vec::<f32>::new(), &[3, 0, 2])),
        ("ü \"quoted\"\n", Value::from_vec(vec![2.0f32], &[1, 1, 1])),
    ]
}

fn assert_same(name: &str, a: &Value, b: &Value) {
    assert_eq!(a.spec(), b.spec(), "{name}");
    let bytes = |x: &Value| {
        let text = match x.dtype() {
            DType::F32 => x.to_vec::<f32>().iter().map(|x| x.to_bits().to_string()).collect::<Vec<_>>(),
            DType::F64 => x.to_vec::<f64>().iter().map(|x| x.to_bits().to_string()).collect(),
            DType::I64 => x.to_vec::<i64>().iter().map(ToString::to_string).collect(),
            DType::Bf16 => x.to_vec::<bf16>().iter().map(|x| x.to_bits().to_string()).collect(),
            DType::F16 => x.to_vec::<f16>().iter().map(|x| x.to_bits().to_string()).collect(),
            DType::U32 => x.to_vec::<u32>().iter().map(ToString::to_string).collect(),
            DType::U8 => x.to_vec::<u8>().iter().map(ToString::to_string).collect(),
            _ => x.to_vec::<bool>().iter().map(ToString::to_string).collect(),
        };
        text.join(" ")
    };
    assert_eq!(bytes(a), bytes(b), "{name}");
}

/// The fixtures were written by the reference implementation: reading and writing them gives the same bytes.
#[test]
fn files_are_byte_equal_to_the_reference_implementation() {
    let folder = Folder::new();
    for path in fixtures() {
        let file = SafeTensors::open(&path).unwrap();
        let values: Vec<_> = file.names().map(|name| (name, file.get(name).unwrap())).collect();
        let copy = folder.0.join("copy.safetensors");
        safetensors::save(&copy, values.iter().rev().map(|(name, value)| (name, value)), file.metadata()).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), fs::read(&path).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_checkpoint_has_the_names_and_shapes_of_its_model() {
    let file = SafeTensors::open(&fixtures()[0]).unwrap();
    assert_eq!(file.metadata()["format"], "pt");
    assert_eq!(file.get("h.0.attn.c_attn.weight").unwrap().shape(), [32, 96]);
    assert_eq!(file.spec("h.0.attn.c_attn.weight"), Some(file.get("h.0.attn.c_attn.weight").unwrap().spec()));
    assert!(file.contains("wte.weight") && !file.contains("wte"));
    assert!(file.names().is_sorted());
    let missing = file.get("wte").unwrap_err();
    assert!(matches!(&missing, Error::Missing { names } if names == &["wte"]), "{missing}");
}

#[test]
fn every_type_comes_back() {
    let folder = Folder::new();
    let path = folder.0.join("all.safetensors");
    let values = every_dtype();
    let metadata = BTreeMap::from([("format".into(), "pt".into()), ("step".into(), "3\n".into())]);
    safetensors::save(&path, values.iter().map(|(name, value)| (name, value)), &metadata).unwrap();
    let first = fs::read(&path).unwrap();
    let file = SafeTensors::open(&path).unwrap();
    for (name, value) in &values {
        assert_same(name, &file.get(name).unwrap(), value);
        assert_eq!(file.spec(name), Some(value.spec()));
    }
    assert_eq!((file.names().len(), file.metadata()), (values.len(), &metadata));
    safetensors::save(&path, values.iter().rev().map(|(name, value)| (name, value)), &metadata).unwrap();
    assert_eq!(fs::read(&path).unwrap(), first, "the order of the arguments does not matter");
    assert_eq!(u64::from_le_bytes(first[..8].try_into().unwrap()) % 8, 0);
    assert_same("f32", &file.get("f32").unwrap(), &values[0].1); // the replaced file is still mapped
}

#[test]
fn any_layout_is_written_in_row_major_order() {
    let folder = Folder::new();
    let path = folder.0.join("views.safetensors");
    let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let views = [("t", x.t()), ("flip", x.flip(1)), ("expand", x.narrow(0, 1, 1).expand([2, 3]))];
    safetensors::save(&path, views.iter().map(|(name, x)| (name, x.value())), &BTreeMap::new()).unwrap();
    let file = SafeTensors::open(&path).unwrap();
    for (name, x) in &views {
        assert_same(name, &file.get(name).unwrap(), x.value());
    }
}

#[test]
fn tensors_share_the_map_and_outlive_the_file() {
    let folder = Folder::new();
    let path = folder.0.join("x.safetensors");
    safetensors::save(&path, [("x", &Value::from_vec(vec![1.0f32, 2.0], &[2]))], &BTreeMap::new()).unwrap();
    let file = SafeTensors::open(&path).unwrap();
    let (a, mut b) = (file.get("x").unwrap(), file.get("x").unwrap());
    assert_eq!(a.as_slice::<f32>().unwrap().as_ptr(), b.as_slice::<f32>().unwrap().as_ptr(), "no copy");
    fs::remove_file(&path).unwrap();
    drop(file);
    b.make_mut::<f32>()[0] = 9.0; // copies: maps are read only
    assert_eq!((a.to_vec::<f32>(), b.to_vec::<f32>()), (vec![1.0, 2.0], vec![9.0, 2.0]));
}

#[test]
fn foreign_types_are_widened() {
    let integers: [(&str, &[u8], &[i64]); 5] = [
        ("I8", &[0x80, 0xff, 0x7f], &[-128, -1, 127]),
        ("I16", &[0x00, 0x80, 0xff, 0x7f], &[-32_768, 32_767]),
        ("I32", &[0x00, 0x00, 0x00, 0x80], &[-2_147_483_648]),
        ("U16", &[0xff, 0xff], &[65_535]),
        ("U64", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], &[i64::MAX]),
    ];
    for (dtype, bytes, expected) in integers {
        assert_eq!(read_x(&one(dtype, &[expected.len()], bytes)).unwrap().to_vec::<i64>(), expected, "{dtype}");
    }
    // 1, −2, the largest, the smallest: from the formats' definition.
    let floats: [(&str, &[u8], &[f32]); 2] = [
        ("F8_E4M3", &[0x38, 0xc0, 0x7e, 0x01], &[1.0, -2.0, 448.0, 0.001_953_125]),
        ("F8_E5M2", &[0x3c, 0xc0, 0x7b, 0x7c], &[1.0, -2.0, 57_344.0, f32::INFINITY]),
    ];
    for (dtype, bytes, expected) in floats {
        assert_eq!(read_x(&one(dtype, &[4], bytes)).unwrap().to_vec::<f32>(), expected, "{dtype}");
    }
}

#[test]
fn unaligned_elements_are_copied() {
    for pad in 0..8 {
        let data = [1.5f64, -2.5].map(f64::to_le_bytes).concat();
        let header = format!(r#"{{"x":{{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}}}{}"#, " ".repeat(pad));
        assert_eq!(read_x(&file(&header, &data)).unwrap().to_vec::<f64>(), [1.5, -2.5], "{pad} spaces");
    }
}

#[test]
fn every_corruption_is_named() {
    let x = |entry: &str, bytes: usize| file(&format!(r#"{{"x":{{{entry}}}}}"#), &vec![2; bytes]);
    let two = |a: [usize; 2], b: [usize; 2], bytes: usize| {
        let entry = |[start, end]: [usize; 2]| {
            format!(r#"{{"dtype":"U8","shape":[{}],"data_offsets":[{start},{end}]}}"#, end.saturating_sub(start))
        };
        file(&format!(r#"{{"x":{},"y":{}}}"#, entry(a), entry(b)), &vec![0; bytes])
    };
    let texts = |texts: &str| file(&format!(r#"{{"__metadata__":{texts}}}"#), &[]);
    let entry = r#"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#;
    let twice = file(&format!(r#"{{"x":{entry},"x":{entry}}}"#), &[]);
    let huge = usize::MAX / 2 + 1;
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "truncated"),
        (vec![2, 0, 0], "truncated"),
        (file("{}", &[])[..9].to_vec(), "truncated"),
        (100_000_001u64.to_le_bytes().to_vec(), "at most 100000000"),
        (u64::MAX.to_le_bytes().to_vec(), "at most 100000000"),
        (file("", &[]), "does not start with {"),
        (file("  {}", &[]), "does not start with {"),
        (file("[]", &[]), "does not start with {"),
        (file("{", &[]), "header: EOF"),
        (file("{}}", &[]), "header: trailing"),
        (file("{}", &[0; 3]), "3 bytes behind the last tensor"),
        ([&3u64.to_le_bytes()[..], &[b'{', 0xff, b'}']].concat(), "header"),
        (texts("{\"a\":1}"), "expected a string"),
        (texts("{\"a\":\"1\",\"a\":\"2\"}"), "a stands there twice"),
        (file(r#"{"__metadata__":{},"__metadata__":{}}"#, &[]), "__metadata__ stands there twice"),
        (twice, "x stands there twice"),
        (two([0, 2], [1, 3], 3), "y: starts at 1, expected 2 (overlap)"),
        (two([0, 2], [0, 2], 2), "y: starts at 0, expected 2 (overlap)"),
        (two([0, 2], [3, 5], 5), "y: starts at 3, expected 2 (hole)"),
        (two([1, 2], [2, 3], 3), "x: starts at 1, expected 0 (hole)"),
        (two([0, 2], [2, 4], 3), "y: offsets 2 to 4 of 3 bytes"),
        (two([0, 2], [2, 1], 3), "y: offsets 2 to 1 of 3 bytes"),
        (two([0, 2], [2, usize::MAX], 3), "y: offsets"),
        (x(r#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#, 4), "x: F32 [2] has 8 bytes, 4 are given"),
        (x(r#""dtype":"F4","shape":[2],"data_offsets":[0,1]"#, 1), "x: type F4 is not known"),
        (x(r#""dtype":"U8","shape":[-1],"data_offsets":[0,0]"#, 0), "header: invalid value"),
        (x(r#""dtype":"U8","shape":[1.5],"data_offsets":[0,0]"#, 0), "header: invalid type"),
        (x(r#""dtype":"U8","shape":[1],"data_offsets":[0]"#, 1), "header: invalid length"),
        (x(r#""dtype":"U8","shape":[1],"data_offsets":[0,1,1]"#, 1), "header"),
        (x(r#""dtype":"U8","shape":[1]"#, 1), "missing field `data_offsets`"),
        (x(r#""dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]"#, 1), "duplicate field `dtype`"),
        (x(r#""dtype":"U8","shape":[1],"data_offsets":[0,1],"more":0"#, 1), "unknown field `more`"),
        (x(&format!(r#""dtype":"U8","shape":[{huge},{huge}],"data_offsets":[0,0]"#), 0), "is too large"),
        (x(&format!(r#""dtype":"U8","shape":[0,{huge},{huge}],"data_offsets":[0,0]"#), 0), "is too large"),
        (x(r#""dtype":"BOOL","shape":[1],"data_offsets":[0,1]"#, 1), "x: a BOOL is neither 0 nor 1"),
        (one("U64", &[1], &u64::MAX.to_le_bytes()), "x: 18446744073709551615 does not fit i64"),
    ];
    for (bytes, what) in rows {
        let error = read_x(&bytes).expect_err(what);
        assert!(matches!(error, Error::Format { .. }), "{what}: {error:?}");
        let text = error.to_string();
        assert!(text.contains("model.safetensors: ") && text.contains(what), "{what} is not in: {text}");
    }
}

/// Opens a file of these bytes and reads all that it admits to; panics are what this looks for.
fn reads_or_refuses(folder: &Folder, bytes: &[u8]) {
    match SafeTensors::open(folder.file(bytes)) {
        Ok(file) => {
            for name in file.names() {
                match file.get(name) {
                    Ok(value) => assert_eq!(Some(value.contiguous().spec()), file.spec(name)),
                    Err(error) => assert!(matches!(error, Error::Format { .. }), "{error:?}"),
                }
            }
        }
        Err(error) => assert!(matches!(error, Error::Format { .. }), "{error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn mutated_files_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let folder = Folder::new();
        let path = folder.0.join("whole.safetensors");
        let values = every_dtype();
        safetensors::save(&path, values.iter().map(|(n, v)| (n, v)), &[("a".into(), "b".into())].into()).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] = b"0123456789[]{},:\"FUI"[usize::from(byte) % 20],
                2 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        reads_or_refuses(&folder, &bytes);
    }

    #[test]
    fn arbitrary_entries_never_panic(
        dtype in prop::sample::select(vec!["F32", "F64", "BF16", "BOOL", "I8", "U64", "F8_E4M3", "C64"]),
        shape in proptest::collection::vec(prop_oneof![0..4usize, any::<usize>()], 0..5),
        offsets in [prop_oneof![0..32usize, any::<usize>()], prop_oneof![0..32usize, any::<usize>()]],
        data in proptest::collection::vec(any::<u8>(), 0..32),
    ) {
        let header = format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":{offsets:?}}}}}"#);
        reads_or_refuses(&Folder::new(), &file(&header, &data));
    }
}

#[test]
fn names_are_taken_once() {
    let (folder, x) = (Folder::new(), Value::from_vec(vec![1.0f32], &[1]));
    let path = folder.0.join("x.safetensors");
    for (names, what) in
        [(["x", "x"], "the name x is taken"), (["x", "__metadata__"], "the name __metadata__ is taken")]
    {
        let error = safetensors::save(&path, names.map(|name| (name, &x)), &BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn a_failed_write_leaves_the_old_file_alone() {
    let folder = Folder::new();
    let path = folder.0.join("state.json");
    write_atomically(&path, |file| file.write_all(b"old")).unwrap();
    let full = || std::io::Error::new(std::io::ErrorKind::StorageFull, "no space");
    let error = write_atomically(&path, |file| file.write_all(b"new").and(Err(full()))).unwrap_err();
    assert!(error.to_string().ends_with("state.json: no space"), "{error}");
    let panicked = std::panic::catch_unwind(|| write_atomically(&path, |_| panic!("in the middle of it")));
    assert!(panicked.is_err());
    assert_eq!((fs::read(&path).unwrap(), folder.names()), (b"old".to_vec(), vec!["state.json".to_owned()]));
    write_atomically(&path, |file| file.write_all(b"new")).unwrap();
    assert_eq!((fs::read(&path).unwrap(), folder.names().len()), (b"new".to_vec(), 1));
}

#[test]
fn paths_that_cannot_be_written_are_errors() {
    let folder = Folder::new();
    let file = folder.file(b"a file, not a folder");
    let taken = folder.0.join("folder");
    fs::create_dir(&taken).unwrap();
    for path in
        [file.join("x.safetensors"), folder.0.join("missing/x.safetensors"), taken, PathBuf::from("/"), PathBuf::new()]
    {
        let error = safetensors::save::<&str>(&path, [], &BTreeMap::new()).unwrap_err();
        assert!(matches!(&error, Error::Io { path: named, .. } if *named == path), "{error:?}");
    }
    assert_eq!(folder.names().len(), 2, "nothing was left behind");
    assert!(matches!(SafeTensors::open(folder.0.join("missing")), Err(Error::Io { .. })));
}
