//! Memory of tensors: pooled blocks, vectors that users moved in, mapped files.
#![allow(unsafe_code, reason = "typed views of raw memory")]

pub mod pool;

use crate::dtype::Stored;
use memmap2::Mmap;
use std::any::Any;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

/// A run of bytes that tensors share. Fresh ones are 64-byte aligned and come from the [`pool`]; others keep what
/// alignment their owner gave them, which is that of their element type at least.
pub struct Buffer {
    start: NonNull<u8>,
    bytes: usize,
    owner: Owner,
}

enum Owner {
    /// A block that returns to the pool.
    Pool(#[expect(dead_code, reason = "returns to the pool when dropped")] pool::Block),
    /// A `Vec<T>` that a user moved in.
    Vec(Box<dyn Any + Send + Sync>),
    /// A part of a memory-mapped file: read only.
    Mapped(#[expect(dead_code, reason = "keeps the map alive")] Arc<Mmap>),
}

// SAFETY: the memory is owned (or a read-only map kept alive by `owner`) and is written through `&mut Buffer` alone.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A block of the pool with any content: what it held before, or zeros.
    #[inline(never)]
    pub fn fresh(bytes: usize) -> Self {
        let block = pool::take(bytes);
        Self { start: block.start(), bytes, owner: Owner::Pool(block) }
    }

    /// Takes over a vector without copying.
    pub fn from_vec<T: Stored>(data: Vec<T>) -> Self {
        let mut data = data;
        let start = NonNull::from(data.as_mut_slice()).cast();
        Self { start, bytes: size_of_val(data.as_slice()), owner: Owner::Vec(Box::new(data)) }
    }

    /// A part of a mapped file; it cannot be written.
    ///
    /// # Panics
    ///
    /// If the range does not lie within the map.
    pub fn mapped(map: Arc<Mmap>, start: usize, bytes: usize) -> Self {
        let part = &map[start..start + bytes];
        Self { start: NonNull::from(part).cast(), bytes, owner: Owner::Mapped(map) }
    }

    /// The whole buffer as elements of one type.
    ///
    /// # Panics
    ///
    /// If the start is not aligned for `T`.
    #[inline]
    pub fn elements<T: Stored>(&self) -> &[T] {
        assert!(self.start.cast::<T>().is_aligned(), "buffer is not aligned for its type");
        // SAFETY: `start` is valid for `bytes` initialised bytes for as long as `owner` lives, it is aligned, every pattern
        // of bits is a `T`, and nobody writes while `self` is borrowed.
        unsafe { std::slice::from_raw_parts(self.start.cast().as_ptr(), self.bytes / size_of::<T>()) }
    }

    /// The whole buffer as elements to write; `None` for a mapped file.
    #[inline]
    pub fn elements_mut<T: Stored>(&mut self) -> Option<&mut [T]> {
        if matches!(self.owner, Owner::Mapped(_)) || !self.start.cast::<T>().is_aligned() {
            return None;
        }
        // SAFETY: as in `elements`; the borrow is exclusive and the memory is not a read-only map.
        Some(unsafe { std::slice::from_raw_parts_mut(self.start.cast().as_ptr(), self.bytes / size_of::<T>()) })
    }

    /// Whether `T` can be read in place.
    #[inline]
    pub fn is_aligned_for<T: Stored>(&self) -> bool {
        self.start.cast::<T>().is_aligned()
    }

    /// Hands back the vector that was moved in.
    ///
    /// # Errors
    ///
    /// The buffer itself, if no vector of this type was moved in.
    pub fn into_vec<T: Stored>(self) -> Result<Vec<T>, Self> {
        let Self { start, bytes, owner } = self;
        match owner {
            Owner::Vec(any) => match any.downcast::<Vec<T>>() {
                Ok(data) => Ok(*data),
                Err(any) => Err(Self { start, bytes, owner: Owner::Vec(any) }),
            },
            owner => Err(Self { start, bytes, owner }),
        }
    }

    /// Size in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Whether it holds nothing.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

/// Maps a file for reading. A map sees what others write to the file, so files that are in use are replaced, never rewritten.
///
/// # Errors
///
/// If the file cannot be opened or mapped.
pub fn map_file(path: &Path) -> io::Result<Arc<Mmap>> {
    let file = File::open(path)?;
    // SAFETY: the map is read as plain bytes and copied or checked before use; a file that another process truncates in place
    // meanwhile is outside what any program can guard against, and `write_atomically` never does it.
    Ok(Arc::new(unsafe { Mmap::map(&file)? }))
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.owner {
            Owner::Pool(_) => "pooled",
            Owner::Vec(_) => "vector",
            Owner::Mapped(_) => "mapped",
        };
        write!(f, "Buffer({kind}, {} bytes)", self.bytes)
    }
}
