//! Writing a file so that a reader sees the old one or the new one, whatever happens in between.

use crate::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes or replaces a file in one step: `write` fills a temporary file in the same folder, which is forced to the disk
/// and then renamed. If anything fails the temporary file is removed, and a file that was there stays as it was.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::io::Write;
/// # let path = std::env::temp_dir().join(format!("genai-core-atomic-{}.json", std::process::id()));
/// genai_core::format::write_atomically(&path, |file| file.write_all(b"{\"step\": 100}"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "{\"step\": 100}");
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Io`] with the path, if the folder cannot be written, the disk is full, or `write` itself fails.
pub fn write_atomically(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let path = path.as_ref();
    replace(path, write).map_err(Error::io(path))
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (temporary, file) = Temporary::beside(path, folder)?;
    let mut writer = BufWriter::with_capacity(1 << 20, file);
    write(&mut writer)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    temporary.become_file(path)?;
    sync_folder(folder)
}

/// A file that is removed unless it gets its final name; a panic removes it too.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// An empty file in `folder` whose name nobody else has.
    fn beside(path: &Path, folder: &Path) -> io::Result<(Self, File)> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the path does not name a file");
        let name = path.file_name().ok_or_else(invalid)?.to_string_lossy();
        loop {
            let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".{name}.{}-{serial}.partial", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path, renamed: false }, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {} // left by a process of the same number
                Err(error) => return Err(error),
            }
        }
    }

    fn become_file(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.path); // the error that led here is the one to report
        }
    }
}

/// Forces the folder's entry for the new name to the disk; elsewhere than on Unix folders cannot be opened for that.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
