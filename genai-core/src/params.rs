//! Parameters: named slots that layers share with optimisers and checkpoints.

use crate::create::IntoShape;
use crate::dtype::DType;
use crate::error::Error;
use crate::graph::{Grads, Node};
use crate::layout::Dims;
use crate::random::Key;
use crate::tensor::Tensor;
use crate::value::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// A named value that training changes. Cloning shares the slot: a tied weight is one parameter in two layers.
#[derive(Clone)]
pub struct Param(Arc<Slot>);

struct Slot {
    name: String,
    value: RwLock<Value>,
    trainable: AtomicBool,
    leaf: Arc<Node>,
}

impl Param {
    /// A parameter of its own, outside of any [`Params`].
    pub fn new(name: impl Into<String>, value: &Tensor) -> Self {
        Self(Arc::new(Slot {
            name: name.into(),
            value: RwLock::new(value.value().clone()),
            trainable: AtomicBool::new(true),
            leaf: Node::leaf(),
        }))
    }

    /// Its full name, as in checkpoints.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    fn read(&self) -> RwLockReadGuard<'_, Value> {
        self.0.value.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Extents of each axis.
    pub fn shape(&self) -> Dims {
        Dims::from_slice(self.read().shape())
    }

    /// What it holds now, untracked.
    pub fn value(&self) -> Tensor {
        Tensor::from(self.read().clone())
    }

    /// What it holds now, as the leaf that [`Grads`] are asked for.
    pub fn tracked(&self) -> Tensor {
        Tensor::from_parts(self.read().clone(), Some(self.0.leaf.clone()))
    }

    /// Replaces what it holds.
    ///
    /// # Panics
    ///
    /// If the shape or type differs.
    #[track_caller]
    pub fn set(&self, value: &Tensor) {
        let mut slot = self.0.value.write().unwrap_or_else(PoisonError::into_inner);
        assert!(
            slot.shape() == value.shape() && slot.dtype() == value.dtype(),
            "{}: {:?} of {} set to {:?} of {}",
            self.0.name,
            slot.shape(),
            slot.dtype(),
            value.shape(),
            value.dtype()
        );
        *slot = value.value().clone();
    }

    /// Changes what it holds in place.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.0.value.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether optimisers change it; running statistics and frozen layers say no.
    pub fn is_trainable(&self) -> bool {
        self.0.trainable.load(Ordering::Relaxed)
    }

    /// Freezes or thaws it.
    pub fn set_trainable(&self, trainable: bool) {
        self.0.trainable.store(trainable, Ordering::Relaxed);
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Param({} {:?})", self.0.name, self.read().shape())
    }
}

impl Grads {
    /// The gradient of a parameter; `None` if the result does not depend on it.
    pub fn param(&self, param: &Param) -> Option<&Tensor> {
        self.of(&param.0.leaf)
    }
}

/// How a parameter starts where no checkpoint gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Zeros.
    Zeros,
    /// Ones.
    Ones,
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// Uniform between −bound and bound. PyTorch's linear layers take 1/√(inputs).
    Uniform(f64),
}

impl Init {
    fn draw(self, key: Key, shape: &[usize]) -> Value {
        match self {
            Self::Zeros => Value::filled::<f32>(shape, |out| out.fill(0.0)),
            Self::Ones => Value::filled::<f32>(shape, |out| out.fill(1.0)),
            Self::Normal(std) => Value::filled::<f32>(shape, |out| {
                key.normal_f32(out);
                out.iter_mut().for_each(|x| *x *= std as f32);
            }),
            Self::Uniform(bound) => Value::filled::<f32>(shape, |out| {
                key.uniform_f32(out);
                out.iter_mut().for_each(|x| *x = (2.0 * *x - 1.0) * bound as f32);
            }),
        }
    }
}

/// The parameters of a model, by name. Layers ask for theirs while they are built:
///
/// ```
/// # use genai_core::{Init, Params, random::Key};
/// let params = Params::new(Key::new(1));
/// let layer = params.at("h").at(3);
/// let weight = layer.get("weight", [4, 2], Init::Normal(0.02));
/// assert_eq!(weight.name(), "h.3.weight");
/// assert_eq!(params.names(), ["h.3.weight"]);
/// ```
///
/// A name that was asked for before gives the same parameter, so that tied weights are one. With a checkpoint behind it
/// ([`from_values`](Self::from_values)), its values are handed out instead of fresh ones; what was missing, of another shape
/// or left over is told by [`check`](Self::check), once the model is built.
#[derive(Clone)]
pub struct Params {
    prefix: String,
    store: Arc<Mutex<Store>>,
}

struct Store {
    key: Key,
    dtype: DType,
    list: Vec<Param>,
    by_name: HashMap<String, usize>,
    given: Option<BTreeMap<String, Value>>,
    missing: Vec<String>,
    misshapen: Option<Error>,
}

impl Params {
    /// Parameters that start as their initialisers say; each draws from the key and its own name.
    pub fn new(key: Key) -> Self {
        Self::with_store(key, None)
    }

    /// Parameters that start as a checkpoint says.
    pub fn from_values(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self::with_store(Key::new(0), Some(values.into_iter().collect()))
    }

    fn with_store(key: Key, given: Option<BTreeMap<String, Value>>) -> Self {
        let store = Store {
            key,
            dtype: DType::F32,
            list: Vec::new(),
            by_name: HashMap::new(),
            given,
            missing: Vec::new(),
            misshapen: None,
        };
        Self { prefix: String::new(), store: Arc::new(Mutex::new(store)) }
    }

    /// The same, computing in another type than `f32`. Checkpoints are converted.
    pub fn with_dtype(self, dtype: DType) -> Self {
        self.lock().dtype = dtype;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The parameters below a name.
    pub fn at(&self, segment: impl Display) -> Self {
        Self { prefix: format!("{}{segment}.", self.prefix), store: self.store.clone() }
    }

    /// The full name of what is called this here.
    pub fn name_of(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The parameter of this name: the one that was asked for before, or the checkpoint's, or a fresh one.
    ///
    /// # Panics
    ///
    /// If it was asked for before with another shape.
    #[track_caller]
    pub fn get(&self, name: &str, shape: impl IntoShape, init: Init) -> Param {
        let (name, shape) = (format!("{}{name}", self.prefix), shape.into_shape());
        let mut store = self.lock();
        if let Some(&i) = store.by_name.get(&name) {
            let param = store.list[i].clone();
            assert!(param.shape() == shape, "{name} is {:?}, asked for as {:?}", param.shape(), shape);
            return param;
        }
        let value = store.start(&name, &shape, init);
        let param = Param::new(name.clone(), &Tensor::from(value));
        let i = store.list.len();
        store.by_name.insert(name, i);
        store.list.push(param.clone());
        param
    }

    /// [`get`](Self::get) for a value that is saved but not trained, such as a running mean.
    #[track_caller]
    pub fn get_fixed(&self, name: &str, shape: impl IntoShape, init: Init) -> Param {
        let param = self.get(name, shape, init);
        param.set_trainable(false);
        param
    }

    /// Whether the checkpoint behind this has a tensor of this name.
    pub fn is_given(&self, name: &str) -> bool {
        self.lock().given.as_ref().is_some_and(|given| given.contains_key(&format!("{}{name}", self.prefix)))
    }

    /// After the model is built from a checkpoint: whether everything was there, in the right shape, and nothing is left.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`], [`Error::Missing`] or [`Error::Unexpected`], naming the tensors.
    pub fn check(&self) -> Result<(), Error> {
        let mut store = self.lock();
        if let Some(error) = store.misshapen.take() {
            return Err(error);
        }
        if !store.missing.is_empty() {
            return Err(Error::Missing { names: std::mem::take(&mut store.missing) });
        }
        match store.given.take() {
            Some(rest) if !rest.is_empty() => Err(Error::Unexpected { names: rest.into_keys().collect() }),
            _ => Ok(()),
        }
    }

    /// All of them, in the order in which the model asked.
    pub fn list(&self) -> Vec<Param> {
        self.lock().list.clone()
    }

    /// Their names, in that order.
    pub fn names(&self) -> Vec<String> {
        self.lock().list.iter().map(|p| p.name().to_owned()).collect()
    }

    /// The one of this full name.
    pub fn find(&self, name: &str) -> Option<Param> {
        let store = self.lock();
        store.by_name.get(name).map(|&i| store.list[i].clone())
    }

    /// Number of trained numbers.
    pub fn count(&self) -> usize {
        self.list().iter().filter(|p| p.is_trainable()).map(|p| p.shape().iter().product::<usize>()).sum()
    }

    /// Replaces what the parameters hold; either all of them or, on an error, none.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`], [`Error::Missing`] or [`Error::Unexpected`], naming the tensors.
    pub fn set_all(&self, values: impl IntoIterator<Item = (String, Value)>) -> Result<(), Error> {
        let mut values: BTreeMap<String, Value> = values.into_iter().collect();
        let list = self.list();
        let missing: Vec<String> =
            list.iter().filter(|p| !values.contains_key(p.name())).map(|p| p.name().to_owned()).collect();
        if !missing.is_empty() {
            return Err(Error::Missing { names: missing });
        }
        let mut fresh = Vec::with_capacity(list.len());
        for param in list {
            let Some(value) = values.remove(param.name()) else { continue };
            check_shape(param.name(), value.shape(), &param.shape())?;
            fresh.push((param, value));
        }
        if !values.is_empty() {
            return Err(Error::Unexpected { names: values.into_keys().collect() });
        }
        for (param, value) in fresh {
            let dtype = param.value().dtype();
            param.set(&Tensor::from(value.to_dtype(dtype)));
        }
        Ok(())
    }
}

impl Store {
    fn start(&mut self, name: &str, shape: &[usize], init: Init) -> Value {
        let fresh = || init.draw(self.key.named(name), shape).to_dtype(self.dtype);
        let Some(given) = &mut self.given else { return fresh() };
        let Some(value) = given.remove(name) else {
            self.missing.push(name.to_owned());
            return fresh();
        };
        if let Err(error) = check_shape(name, value.shape(), shape) {
            let fresh = fresh();
            self.misshapen.get_or_insert(error);
            return fresh;
        }
        value.to_dtype(self.dtype)
    }
}

fn check_shape(name: &str, found: &[usize], expected: &[usize]) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Shape { name: name.to_owned(), found: found.to_vec(), expected: expected.to_vec() })
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.lock();
        f.debug_struct("Params").field("prefix", &self.prefix).field("parameters", &store.list).finish()
    }
}
