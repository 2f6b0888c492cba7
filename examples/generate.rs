//! Writes a made-up ledger of any size: `cargo run --example generate -- FOLDER [DISTRICTS]
//! [QUARTERS] [SEED] [FIRST]`.
//!
//! One district is 121 organisations and about a thousand records a quarter. Without numbers it
//! writes what `data-sample/` holds. The folder must not exist.

use std::error::Error;
use std::fs;
use std::path::Path;

use ledger::sample::{Size, district};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args
        .next()
        .filter(|folder| !folder.starts_with('-'))
        .ok_or("usage: generate FOLDER [DISTRICTS] [QUARTERS] [SEED] [FIRST]")?;
    let mut size = Size::default();
    if let Some(districts) = args.next() {
        size.districts = districts.parse()?;
    }
    if let Some(quarters) = args.next() {
        size.quarters = quarters.parse()?;
    }
    if let Some(seed) = args.next() {
        size.seed = seed.parse()?;
    }
    if let Some(first) = args.next() {
        size.first = first.parse()?;
    }
    let root = Path::new(&folder);
    if root.exists() {
        return Err(format!("{folder} exists already").into());
    }
    for (path, text) in district(&size) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}
