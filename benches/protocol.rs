//! The line protocol: a JSON request a line in, a JSON reply a line out, until the input ends.
//!
//! `{"case": "gemm", "m": 512, "threads": 2, "repeat": 7}` is answered by the request with its defaults filled in and
//! `peer`, `seconds` and `cpu_seconds` (one run each, `repeat` samples), `check` (a number made from the first result),
//! `work` and `unit` (what a run amounts to), or `error`. `"measure": "memory"` runs the case in a fresh process and adds
//! `memory`: resident bytes `before`, at the `peak`, and their difference `growth`.

use serde_json::{Map, Value, json};
use std::error::Error;
use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a case prepared.
pub struct Work {
    run: Box<dyn FnMut() + Send>,
    check: f64,
    amount: f64,
    unit: &'static str,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Work({} {})", self.amount, self.unit)
    }
}

impl Work {
    /// `run` is timed; it amounts to `amount` of `unit`; `check` is made from its first result.
    pub fn new<R>(amount: usize, unit: &'static str, check: f64, mut run: impl FnMut() -> R + Send + 'static) -> Self {
        Self { run: Box::new(move || drop(black_box(run()))), check, amount: amount as f64, unit }
    }

    /// Runs it once.
    pub fn once(&mut self) {
        (self.run)();
    }
}

/// The arguments of a request; what is asked for and absent is filled in with its default.
#[derive(Clone, Debug)]
pub struct Request {
    given: Map<String, Value>,
    read: Vec<String>,
}

impl Request {
    /// A request by name, with no argument given.
    pub fn new(case: &str) -> Self {
        Self::from(Map::from_iter([("case".to_owned(), json!(case))]))
    }

    /// The same with an argument.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.given.insert(name.to_owned(), value.into());
        self
    }

    fn value(&mut self, name: &str, default: Value) -> Value {
        self.read.push(name.to_owned());
        self.given.entry(name).or_insert(default).clone()
    }

    /// A number.
    pub fn number(&mut self, name: &str, default: usize) -> usize {
        self.value(name, json!(default)).as_u64().map_or(default, |n| n as usize)
    }

    /// A yes or no.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.value(name, json!(default)).as_bool().unwrap_or(default)
    }

    /// A word.
    pub fn word(&mut self, name: &str, default: &str) -> String {
        self.value(name, json!(default)).as_str().unwrap_or(default).to_owned()
    }

    fn unread(&self) -> Option<&String> {
        self.given.keys().find(|name| !self.read.contains(name))
    }
}

impl From<Map<String, Value>> for Request {
    fn from(given: Map<String, Value>) -> Self {
        Self { given, read: Vec::new() }
    }
}

/// Prepares a case.
pub type Prepare = fn(&mut Request) -> Result<Work, Box<dyn Error>>;

/// Answers requests; the case that was asked for last stays prepared.
pub struct Worker {
    prepare: Prepare,
    kept: Option<(Map<String, Value>, Request, Work)>,
    fresh: bool,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker")
    }
}

impl Worker {
    /// With nothing prepared.
    pub fn new(prepare: Prepare) -> Self {
        Self { prepare, kept: None, fresh: false }
    }

    /// Reads the command line: `--list` prints `usual`, `CASE name=value …` answers one request, nothing serves the
    /// standard input. Returns the process's exit code.
    pub fn main(mut self, usual: &[Request]) -> u8 {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        match arguments.first().map(String::as_str) {
            Some("--list") => usual.iter().for_each(|request| say(&Value::from(request.given.clone()))),
            Some(case) if case != "--fresh" => {
                let mut request = Map::from_iter([("case".to_owned(), json!(case))]);
                for argument in &arguments[1..] {
                    let (name, value) = argument.split_once('=').unwrap_or((argument, "true"));
                    request.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
                }
                let reply = self.answer(&request);
                say(&reply);
                return u8::from(reply.get("error").is_some());
            }
            fresh => {
                self.fresh = fresh.is_some();
                for line in std::io::stdin().lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
                    say(&match serde_json::from_str(&line) {
                        Ok(request) => self.answer(&request),
                        Err(error) => json!({"error": error.to_string()}),
                    });
                }
            }
        }
        0
    }

    fn answer(&mut self, request: &Map<String, Value>) -> Value {
        self.reply(request).unwrap_or_else(|error| {
            let mut reply = request.clone();
            reply.extend([("peer".to_owned(), peer()), ("error".to_owned(), json!(error.to_string()))]);
            Value::from(reply)
        })
    }

    fn reply(&mut self, request: &Map<String, Value>) -> Result<Value, Box<dyn Error>> {
        let mut full = Request::from(request.clone());
        full.read.push("case".to_owned());
        let (threads, repeat) = (full.number("threads", 2), full.number("repeat", 7));
        let least = full.number("sample_ms", 4) as f64 / 1e3;
        let memory = full.word("measure", "time") == "memory";
        if memory && !self.fresh {
            return ask_fresh(request);
        }
        let before = reset_peak();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        if self.kept.as_ref().is_none_or(|(kept, ..)| kept != request) {
            self.kept = None;
            let work = pool.install(|| (self.prepare)(&mut full).map_err(|e| e.to_string()))?;
            if let Some(name) = full.unread() {
                return Err(format!("this case knows no {name}").into());
            }
            self.kept = Some((request.clone(), full, work));
        }
        let (_, full, work) = self.kept.as_mut().ok_or("nothing is prepared")?;
        let (seconds, cpu_seconds) = pool.install(|| {
            work.once();
            sample(work, repeat, least)
        });
        let mut reply = full.given.clone();
        let facts = json!({"peer": peer(), "seconds": seconds, "cpu_seconds": cpu_seconds, "check": work.check,
            "work": work.amount, "unit": work.unit});
        reply.extend(facts.as_object().cloned().unwrap_or_default());
        if memory {
            let peak = resident("VmHWM:");
            let growth = peak.saturating_sub(before);
            reply.insert("memory".to_owned(), json!({"before": before, "peak": peak, "growth": growth}));
        }
        Ok(Value::from(reply))
    }
}

fn peer() -> Value {
    json!(concat!("genai ", env!("CARGO_PKG_VERSION")))
}

#[expect(clippy::print_stdout, reason = "the protocol is spoken on the standard output")]
fn say(reply: &Value) {
    println!("{reply}");
}

/// Wall and CPU seconds of a run, `repeat` times; a sample lasts `least` seconds at least.
fn sample(work: &mut Work, repeat: usize, least: f64) -> (Vec<f64>, Vec<f64>) {
    let start = Instant::now();
    work.once();
    let runs = (least / start.elapsed().as_secs_f64().max(1e-9)).ceil().clamp(1.0, 1e6) as usize;
    let turn = |_| {
        let (start, start_cpu) = (Instant::now(), cpu_seconds());
        (0..runs).for_each(|_| work.once());
        (start.elapsed().as_secs_f64() / runs as f64, (cpu_seconds() - start_cpu) / runs as f64)
    };
    (0..repeat).map(turn).unzip()
}

/// CPU time of all threads of this process (Linux; 0 elsewhere).
fn cpu_seconds() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return 0.0 };
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|x| x.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Lets the peak of resident memory start anew, and returns the resident memory of now.
fn reset_peak() -> u64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    resident("VmRSS:")
}

/// A memory figure of this process in bytes (Linux; 0 elsewhere).
fn resident(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|x| x.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// The reply of a new process, whose memory no earlier case has touched.
fn ask_fresh(request: &Map<String, Value>) -> Result<Value, Box<dyn Error>> {
    let mut child =
        Command::new(std::env::current_exe()?).arg("--fresh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("a child's input was piped")?;
    writeln!(input, "{}", Value::from(request.clone()))?;
    drop(input);
    let mut reply = String::new();
    child.stdout.take().ok_or("a child's output was piped")?.read_to_string(&mut reply)?;
    child.wait()?;
    Ok(serde_json::from_str(&reply)?)
}
