use genai_core::{DType, Element, Stored, Tensor, Value};

/// Keys and values of the tokens that a layer has seen: `[b, h, capacity, d]`, filled up to a length.
///
/// New ones are written behind the old ones, which stay where they are; the capacity doubles when it is used up. A clone
/// shares memory until one of the two is written.
#[derive(Clone, Debug, Default)]
pub struct KeyValues {
    keys: Option<Value>,
    values: Option<Value>,
    length: usize,
}

impl KeyValues {
    /// Tokens seen.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was seen yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Forgets everything after the first `length` tokens.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Row i becomes what row `rows[i]` was.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn reorder(&mut self, rows: &[usize]) {
        let index = Tensor::from(rows.iter().map(|&row| row as i64).collect::<Vec<_>>());
        for part in [&mut self.keys, &mut self.values].into_iter().flatten() {
            *part = Tensor::from(part.clone()).index_select(0, &index).into_value();
        }
    }

    /// Takes in keys and values `[b, h, n, d]` of n more tokens; returns those of all tokens, `[b, h, len, d]`, in place.
    ///
    /// # Panics
    ///
    /// If batch, heads, width or type are not those of the earlier ones.
    #[track_caller]
    pub fn append(&mut self, keys: &Tensor, values: &Tensor) -> (Tensor, Tensor) {
        let first = self.length;
        self.length += keys.extent(2);
        let room = (2 * self.length).max(64);
        (extended(&mut self.keys, keys, first, room), extended(&mut self.values, values, first, room))
    }
}

/// `new` written behind the first `first` tokens of a store that has, if it must grow, room for `room`; all of them.
fn extended(store: &mut Option<Value>, new: &Tensor, first: usize, room: usize) -> Tensor {
    let &[b, h, n, d] = new.shape() else { panic!("keys and values: {:?} is not [b, h, n, d]", new.shape()) };
    if let Some(old) = store {
        let fits = (old.shape()[0], old.shape()[1], old.shape()[3], old.dtype()) == (b, h, d, new.dtype());
        assert!(
            fits,
            "keys and values: {:?} of {} behind {:?} of {}",
            new.shape(),
            new.dtype(),
            old.shape(),
            old.dtype()
        );
    }
    match new.dtype() {
        DType::F64 => write::<f64>(store, new.value(), [first, n, d], [b, h, room, d]),
        _ => write::<f32>(store, new.value(), [first, n, d], [b, h, room, d]),
    }
    let all = store.as_ref().expect("it was written a line ago");
    Tensor::from(all.with_layout(all.layout().sliced(2, 0, first + n, 1)))
}

fn write<T: Stored + Element<Stored = T>>(
    store: &mut Option<Value>,
    new: &Value,
    [first, n, d]: [usize; 3],
    larger: [usize; 4],
) {
    let capacity = store.as_ref().map_or(0, |store| store.shape()[2]);
    if capacity < first + n {
        let old = store.take();
        *store = Some(Value::filled::<T>(&larger, |out| {
            let Some(old) = &old else { return };
            let old = old.read::<T>();
            for (from, to) in old.chunks_exact(capacity * d).zip(out.chunks_exact_mut(larger[2] * d)) {
                to[..first * d].copy_from_slice(&from[..first * d]);
            }
        }));
    }
    let store = store.as_mut().expect("it was made or there");
    let capacity = store.shape()[2];
    let new = new.read::<T>();
    for (line, from) in store.make_mut::<T>().chunks_exact_mut(capacity * d).zip(new.chunks_exact(n * d)) {
        line[first * d..(first + n) * d].copy_from_slice(from);
    }
}
