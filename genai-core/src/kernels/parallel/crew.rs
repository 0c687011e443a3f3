//! Threads that stay awake from one piece of work to the next.
//!
//! A sleeping thread takes tens of microseconds to wake, more on a virtual machine, and a training step has some hundred
//! pieces of work of that length with short serial stretches between. So a thread that shares work has a crew: threads of its
//! pool that it invited, which watch for what comes next and go back to the pool when nothing has come for a while.

use std::any::Any;
use std::cell::Cell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// How long a helper without work stays.
const PATIENCE: Duration = Duration::from_micros(200);
/// How long a helper stays at most: other work of the pool has its turn then.
const SHIFT: Duration = Duration::from_millis(10);
/// Threads of a crew at most.
const MOST: usize = 64;
/// Pieces are taken for about this many nanoseconds at a time.
const HANDFUL: usize = 4_000;

thread_local! {
    /// The crew of this thread, while it shares no work.
    static CREW: Cell<Option<Arc<Crew>>> = const { Cell::new(None) };
}

/// Runs `piece(0)`, …, `piece(n − 1)`, each about `cost` nanoseconds long, on this thread and on those that help it.
/// Work of less than `alone` nanoseconds is shared only if a helper is awake.
pub(super) fn share(n: usize, cost: usize, alone: usize, piece: &(dyn Fn(usize) + Sync)) {
    // A piece that shares work itself finds no crew here and gets one of its own.
    let crew = CREW.take().unwrap_or_default();
    if n.saturating_mul(cost) < alone && crew.awake.load(Ordering::Relaxed) == 0 {
        (0..n).for_each(piece);
    } else {
        crew.run(n, cost, piece);
    }
    CREW.set(Some(crew));
}

/// A thread and its helpers.
struct Crew {
    owner: ThreadId,
    /// The places of helpers that were invited and have not left, a bit each.
    places: AtomicU64,
    /// Helpers that watch.
    awake: AtomicUsize,
    /// Counts the works, for helpers to see a new one.
    round: AtomicUsize,
    /// The work at hand, null where there is none.
    work: AtomicPtr<Work>,
    /// Helpers that may be at the work.
    inside: Apart<AtomicUsize>,
}

/// A cache line of its own.
#[repr(align(128))]
struct Apart<T>(T);

/// Pieces that are shared; lies on the stack of the crew's owner.
struct Work {
    piece: *const (dyn Fn(usize) + Sync),
    pieces: usize,
    /// Pieces that are taken at a time.
    handful: usize,
    /// The pieces are cut into this many runs. Each thread begins with the run of its place, whose memory its caches hold
    /// if the work before was cut alike, and goes on with what the others have left.
    runs: usize,
    /// The first piece of each run that nobody has taken.
    next: [AtomicUsize; MOST],
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Default for Crew {
    fn default() -> Self {
        Self {
            owner: thread::current().id(),
            places: AtomicU64::new(0),
            awake: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            work: AtomicPtr::new(ptr::null_mut()),
            inside: Apart(AtomicUsize::new(0)),
        }
    }
}

impl Crew {
    fn run(self: &Arc<Self>, pieces: usize, cost: usize, piece: &(dyn Fn(usize) + Sync)) {
        let runs = rayon::current_num_threads().min(MOST);
        self.invite(runs - 1);
        let handful = (HANDFUL / cost.max(1)).clamp(1, pieces.div_ceil(2 * runs));
        let work = Work::new(piece, pieces, handful, runs);
        let shown = Shown::new(self, &work);
        work.take_part(0);
        drop(shown);
        if let Some(panic) = work.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            resume_unwind(panic);
        }
    }

    /// Asks the pool for helpers until there are `helpers`, those included that were asked for and have not come yet.
    fn invite(self: &Arc<Self>, helpers: usize) {
        // Only the owner takes places; who leaves gives one back.
        let taken = self.places.load(Ordering::Acquire);
        for place in (1..=helpers).filter(|place| taken >> place & 1 == 0) {
            self.places.fetch_or(1 << place, Ordering::Relaxed);
            let crew = Arc::clone(self);
            rayon::spawn(move || {
                crew.watch(place);
                crew.places.fetch_and(!(1 << place), Ordering::Release);
            });
        }
    }

    /// Helps with whatever work appears, until none does.
    fn watch(&self, place: usize) {
        if thread::current().id() == self.owner {
            return; // the owner waits for something else and was given its own invitation
        }
        self.awake.fetch_add(1, Ordering::Relaxed);
        let came = Instant::now();
        let (mut seen, mut since) = (0, came);
        loop {
            let round = self.round.load(Ordering::Acquire);
            if round != seen {
                seen = round;
                self.help(place);
                since = Instant::now();
                if since - came > SHIFT {
                    break;
                }
            }
            for _ in 0..16 {
                if self.round.load(Ordering::Relaxed) != seen {
                    break;
                }
                spin_loop();
            }
            if self.round.load(Ordering::Relaxed) == seen {
                if since.elapsed() > PATIENCE {
                    break;
                }
                // What others have given to the pool is not kept waiting.
                rayon::yield_now();
            }
        }
        self.awake.fetch_sub(1, Ordering::Relaxed);
    }

    fn help(&self, place: usize) {
        // Either the owner sees that somebody is inside and waits, or the helper sees that the work is over: each writes
        // first and then reads what the other writes, in one order for all.
        self.inside.0.fetch_add(1, Ordering::SeqCst);
        let work = self.work.load(Ordering::SeqCst);
        if !work.is_null() {
            // SAFETY: the owner keeps the work alive as long as anybody is inside who has read its address.
            let work = unsafe { &*work };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work.take_part(place))) {
                work.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
            }
        }
        self.inside.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Work that helpers can see; waits for them when it ends, by a panic too.
struct Shown<'a>(&'a Crew);

impl<'a> Shown<'a> {
    fn new(crew: &'a Crew, work: &'a Work) -> Self {
        crew.work.store(ptr::from_ref(work).cast_mut(), Ordering::SeqCst);
        crew.round.fetch_add(1, Ordering::Release);
        Self(crew)
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.work.store(ptr::null_mut(), Ordering::SeqCst);
        let mut turns = 0;
        while self.0.inside.0.load(Ordering::SeqCst) != 0 {
            turns += 1;
            if turns < 1_000 {
                spin_loop();
            } else {
                thread::yield_now(); // a helper's core may be somebody else's at the moment
            }
        }
    }
}

impl Work {
    fn new(piece: &(dyn Fn(usize) + Sync), pieces: usize, handful: usize, runs: usize) -> Self {
        // SAFETY: the lifetime is forgotten, not lengthened: nobody calls it after `Shown`, which `piece` outlives.
        let piece = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(piece) };
        let next = std::array::from_fn(|run| AtomicUsize::new((pieces * run.min(runs)).div_ceil(runs)));
        Self { piece, pieces, handful, runs, next, panic: Mutex::new(None) }
    }

    /// Runs pieces, first those of the run of this place, until all are taken.
    fn take_part(&self, place: usize) {
        // SAFETY: as in `new`.
        let piece = unsafe { &*self.piece };
        for run in (place..self.runs).chain(0..place.min(self.runs)) {
            let end = (self.pieces * (run + 1)).div_ceil(self.runs);
            loop {
                let first = self.next[run].fetch_add(self.handful, Ordering::Relaxed);
                if first >= end {
                    break;
                }
                (first..end.min(first + self.handful)).for_each(piece);
            }
        }
    }
}
