//! The process-wide pool of blocks. A page that is touched for the first time costs ten times a page that is reused
//! (2–3 GB/s against 27 and more), so blocks of dropped tensors are kept for the next ones.

use memmap2::MmapMut;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that every block is aligned to: a cache line, and a vector register of AVX-512.
const ALIGN: usize = 64;
/// From here on blocks are anonymous maps with pages of 2 MiB, whose first touch is three to five times cheaper.
const HUGE: usize = 4 << 20;
const HUGE_PAGE: usize = 2 << 20;
/// Size classes: four to a power of two, from 64 bytes up.
const CLASSES: usize = 4 * 48;

/// A block of memory of some size class, with initialised content. Dropped, it returns to the pool.
pub(super) struct Block {
    memory: Option<Memory>,
    class: usize,
}

enum Memory {
    Allocated(NonNull<u8>),
    Map(MmapMut),
}

// SAFETY: a block owns its memory.
unsafe impl Send for Memory {}
// SAFETY: a block is written through `&mut Buffer` alone.
unsafe impl Sync for Memory {}

static FREE: [Mutex<Vec<Memory>>; CLASSES] = [const { Mutex::new(Vec::new()) }; CLASSES];
/// The block of each class that came back last, in front of the list: to take it is one exchange.
static LAST: [AtomicPtr<u8>; CLASSES] = [const { AtomicPtr::new(std::ptr::null_mut()) }; CLASSES];
static HELD: AtomicUsize = AtomicUsize::new(0);

/// The smallest class whose blocks hold `bytes`.
#[inline]
fn class_of(bytes: usize) -> usize {
    let units = bytes.div_ceil(ALIGN).max(1);
    if units <= 4 {
        return units - 1;
    }
    let power = (units - 1).ilog2() as usize; // 2^power ≤ units − 1 < 2^(power + 1)
    let quarter = ((units - 1) >> (power - 2)) & 3;
    4 * (power - 1) + quarter
}

/// Bytes of a block of a class.
#[inline]
fn size_of_class(class: usize) -> usize {
    if class < 4 {
        return (class + 1) * ALIGN;
    }
    let (power, quarter) = (class / 4 + 1, class % 4);
    ((5 + quarter) << (power - 2)) * ALIGN
}

/// A block of at least `bytes` bytes.
#[inline]
pub(super) fn take(bytes: usize) -> Block {
    let class = class_of(bytes);
    let memory = match NonNull::new(LAST[class].swap(std::ptr::null_mut(), Ordering::Acquire)) {
        Some(start) => Memory::Allocated(start),
        None => from_list(class),
    };
    Block { memory: Some(memory), class }
}

#[inline(never)]
fn from_list(class: usize) -> Memory {
    let kept = FREE[class].lock().unwrap_or_else(PoisonError::into_inner).pop();
    kept.unwrap_or_else(|| new_memory(class))
}

/// Keeps a block for the next one who asks: what is laid in front pushes what was there onto the list.
#[inline]
fn keep(memory: Memory, class: usize) {
    let pushed = match memory {
        Memory::Allocated(start) => {
            NonNull::new(LAST[class].swap(start.as_ptr(), Ordering::AcqRel)).map(Memory::Allocated)
        }
        map => Some(map),
    };
    if let Some(pushed) = pushed {
        to_list(pushed, class);
    }
}

#[inline(never)]
fn to_list(memory: Memory, class: usize) {
    FREE[class].lock().unwrap_or_else(PoisonError::into_inner).push(memory);
}

#[cold]
fn new_memory(class: usize) -> Memory {
    let size = size_of_class(class);
    HELD.fetch_add(size, Ordering::Relaxed);
    if size >= HUGE
        && !cfg!(miri)
        && let Ok(map) = MmapMut::map_anon(size + HUGE_PAGE)
    {
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage); // only advice: without it the pages are small
        return Memory::Map(map);
    }
    let layout = layout(size);
    // SAFETY: the size is not zero.
    match NonNull::new(unsafe { alloc_zeroed(layout) }) {
        Some(start) => Memory::Allocated(start),
        None => handle_alloc_error(layout),
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, ALIGN).expect("a tensor's size fits the address space")
}

impl Memory {
    fn start(&self) -> NonNull<u8> {
        match self {
            Self::Allocated(start) => *start,
            Self::Map(map) => {
                let start = map.as_ptr();
                let aligned = start.wrapping_add(start.align_offset(HUGE_PAGE)).cast_mut();
                NonNull::new(aligned).expect("a map is never at null")
            }
        }
    }

    fn free(self, class: usize) {
        HELD.fetch_sub(size_of_class(class), Ordering::Relaxed);
        if let Self::Allocated(start) = self {
            // SAFETY: it was allocated in `new_memory` with this layout, and nobody else holds it.
            unsafe { dealloc(start.as_ptr(), layout(size_of_class(class))) }
        }
    }
}

impl Block {
    /// Where it lies: aligned to 64 bytes.
    #[inline]
    pub(super) fn start(&self) -> NonNull<u8> {
        self.memory.as_ref().expect("a block holds its memory until dropped").start()
    }
}

impl Drop for Block {
    #[inline]
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            keep(memory, self.class);
        }
    }
}

/// Gives the blocks that no tensor uses back to the system. The pool otherwise keeps what the program once needed.
pub fn trim() {
    for (class, free) in FREE.iter().enumerate() {
        let last = NonNull::new(LAST[class].swap(std::ptr::null_mut(), Ordering::Acquire)).map(Memory::Allocated);
        let kept = std::mem::take(&mut *free.lock().unwrap_or_else(PoisonError::into_inner));
        kept.into_iter().chain(last).for_each(|memory| memory.free(class));
    }
}

/// Bytes of all blocks, in use and kept.
pub fn held() -> usize {
    HELD.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_tight_and_ordered() {
        for bytes in (1..20_000).chain([1 << 20, (1 << 20) + 1, 50_257 * 768 * 4]) {
            let class = class_of(bytes);
            assert!(size_of_class(class) >= bytes, "{bytes} bytes in a block of {}", size_of_class(class));
            assert!(class == 0 || size_of_class(class - 1) < bytes, "{bytes} bytes fit the class below");
        }
    }
}
