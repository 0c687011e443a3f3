//! Replacing several files of a folder at once, whenever the process may be killed.
//!
//! | state of the folder | what it holds |
//! |---|---|
//! | `.next/` | files that are still being written: worth nothing |
//! | `.complete/` | files that all were written and forced to the disk: they go before those outside |
//! | neither | its own files |
//!
//! New files are written to `.next`, which one rename then makes `.complete`: that rename is the moment in which the folder
//! changes. Then each file is moved to its place. A process that dies before the rename has changed nothing; one that dies
//! after it leaves moves to be made, which the next one to open the folder makes ([`recover`]). While files are moved,
//! others see each file old or new, never a part of one.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::Error;

const NEXT: &str = ".next";
const COMPLETE: &str = ".complete";

/// Makes a folder, and sees whether it can be written: before hours of training, not after them.
pub(super) fn prepare(folder: &Path) -> Result<(), Error> {
    let fail = |source| Error::Io { path: folder.into(), source };
    fs::create_dir_all(folder).map_err(fail)?;
    recover(folder)?;
    remove_partial(folder).map_err(fail)?;
    start_over(&folder.join(NEXT)).and_then(|()| remove(&folder.join(NEXT))).map_err(fail)
}

/// Removes files that a process was writing when it died.
fn remove_partial(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let name = file?.file_name();
        if name.to_string_lossy().starts_with('.') && name.to_string_lossy().ends_with(".partial") {
            fs::remove_file(folder.join(name))?;
        }
    }
    Ok(())
}

/// Fills a folder with what `write` puts into the folder it is given; either all of it or, on an error, nothing.
pub(super) fn replace(folder: &Path, write: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let fail = |source| Error::Io { path: folder.into(), source };
    fs::create_dir_all(folder).map_err(fail)?;
    recover(folder)?;
    let next = folder.join(NEXT);
    start_over(&next).map_err(fail)?;
    let written = write(&next).and_then(|()| sync_all(&next).map_err(fail));
    if let Err(error) = written {
        let _ = remove(&next); // the error that led here is the one to report
        return Err(error);
    }
    fs::rename(&next, folder.join(COMPLETE)).and_then(|()| sync(folder)).map_err(fail)?;
    recover(folder)
}

/// Finishes what a process that died had completed but not moved.
pub(super) fn recover(folder: &Path) -> Result<(), Error> {
    let complete = folder.join(COMPLETE);
    let fail = |source| Error::Io { path: folder.into(), source };
    let files = match fs::read_dir(&complete) {
        Ok(files) => files,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => return Err(fail(error)),
    };
    for file in files {
        let file = file.map_err(fail)?;
        fs::rename(file.path(), folder.join(file.file_name())).map_err(fail)?;
    }
    sync(folder).and_then(|()| fs::remove_dir(&complete)).map_err(fail)
}

/// An empty folder, without what a process that died has left.
fn start_over(folder: &Path) -> io::Result<()> {
    remove(folder)?;
    fs::create_dir(folder)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Forces the files of a folder, and their names, to the disk.
fn sync_all(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        File::open(file?.path())?.sync_all()?;
    }
    sync(folder)
}

/// Forces the names in a folder to the disk; elsewhere than on Unix folders cannot be opened for that.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
