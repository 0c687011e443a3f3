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
        self.get(name).map_or(otherwise, |x| match x.as_str() {
            Some("inf") => f64::INFINITY,
            Some("-inf") => f64::NEG_INFINITY,
            Some(_) => f64::NAN,
            None => x.as_f64().unwrap_or(f64::NAN),
        })
    }

    pub(crate) fn needed(&self, name: &'static str) -> Result<f64, String> {
        self.get(name).and_then(Json::as_f64).ok_or_else(|| format!("no number {name}"))
    }

    pub(crate) fn whole(&self, name: &'static str) -> Result<isize, String> {
        self.get(name).and_then(Json::as_i64).map(|x| x as isize).ok_or_else(|| format!("no whole number {name}"))
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
