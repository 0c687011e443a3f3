//! A case's arguments: PyTorch's keyword arguments, each of which must be known.

use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Arguments that remember which of them were asked for.
pub(crate) struct Arguments<'a> {
    json: &'a Map<String, Json>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Arguments<'a> {
    /// Of a case; `note` is for people.
    pub(crate) fn new(json: &'a Json) -> Result<Self, String> {
        let json = json.as_object().ok_or("args is no object")?;
        Ok(Self { json, asked: RefCell::new(BTreeSet::from(["note"])) })
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<&'a Json> {
        self.asked.borrow_mut().insert(name);
        self.json.get(name)
    }

    pub(crate) fn number(&self, name: &'static str, otherwise: f64) -> f64 {
        self.get(name).map_or(otherwise, |x| number(x).unwrap_or(f64::NAN))
    }

    pub(crate) fn needed(&self, name: &'static str) -> Result<f64, String> {
        self.get(name).and_then(number).ok_or_else(|| format!("no number {name}"))
    }

    pub(crate) fn whole(&self, name: &'static str) -> Result<isize, String> {
        self.get(name).and_then(Json::as_i64).map(|x| x as isize).ok_or_else(|| format!("no whole number {name}"))
    }

    /// A whole number, or PyTorch's default.
    pub(crate) fn whole_or(&self, name: &'static str, otherwise: isize) -> Result<isize, String> {
        if self.get(name).is_some() { self.whole(name) } else { Ok(otherwise) }
    }

    pub(crate) fn is(&self, name: &'static str) -> bool {
        self.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    pub(crate) fn text(&self, name: &'static str) -> Option<&'a str> {
        self.get(name).and_then(Json::as_str)
    }

    /// A whole number or a list of them.
    pub(crate) fn list(&self, name: &'static str) -> Option<Vec<isize>> {
        let json = self.get(name)?;
        match json.as_array() {
            Some(list) => list.iter().map(|x| x.as_i64().map(|x| x as isize)).collect(),
            None => Some(vec![json.as_i64()? as isize]),
        }
    }

    pub(crate) fn extents(&self, name: &'static str) -> Result<Vec<usize>, String> {
        let list = self.list(name).ok_or_else(|| format!("no list {name}"))?;
        list.into_iter().map(|x| usize::try_from(x).map_err(|_| format!("{name}: {x}"))).collect()
    }

    /// That no argument was left unread.
    pub(crate) fn finish(&self) -> Result<(), String> {
        match self.json.keys().find(|key| !self.asked.borrow().contains(key.as_str())) {
            Some(key) => Err(format!("argument {key} is unknown")),
            None => Ok(()),
        }
    }
}

/// A number, or one of the words for what JSON cannot write.
fn number(json: &Json) -> Option<f64> {
    match json.as_str() {
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some("nan") => Some(f64::NAN),
        Some(_) => None,
        None => json.as_f64(),
    }
}
