//! One column of a CSV file.

use std::error::Error;
use std::fs;
use std::path::Path;

/// Its name and its numbers; empty cells and NA are left out.
pub(crate) fn read(path: &Path, column: Option<&str>) -> Result<(String, Vec<f64>), Box<dyn Error>> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, header) = lines.next().ok_or_else(|| format!("{shown}: the file is empty, expected a header and rows"))?;
    let names = cells(header);
    let rows: Vec<(usize, Vec<String>)> = lines.map(|(i, line)| (i + 1, cells(line))).collect();
    if rows.is_empty() {
        return Err(format!("{shown}: no rows below the header").into());
    }
    if let Some((line, row)) = rows.iter().find(|(_, row)| row.len() != names.len()) {
        return Err(
            format!("{shown}, line {line}: {} cells, expected {} as in the header", row.len(), names.len()).into()
        );
    }
    let place = place(&names, &rows, column).map_err(|error| format!("{shown}: {error}"))?;
    let mut numbers = Vec::new();
    for (line, row) in &rows {
        match number(&row[place]) {
            Some(Some(x)) => numbers.push(x),
            Some(None) => {}
            None => {
                return Err(format!("{shown}, line {line}: {:?} in {} is no number", row[place], names[place]).into());
            }
        }
    }
    if numbers.is_empty() {
        return Err(format!("{shown}: no number in {}", names[place]).into());
    }
    Ok((names[place].clone(), numbers))
}

/// The column that is asked for, or the first that holds numbers only and does not count the rows.
fn place(names: &[String], rows: &[(usize, Vec<String>)], column: Option<&str>) -> Result<usize, String> {
    let Some(wanted) = column else {
        let counts = |i: usize| rows.iter().enumerate().all(|(k, (_, row))| row[i] == (k + 1).to_string());
        let numbers = |i: usize| rows.iter().all(|(_, row)| number(&row[i]).is_some());
        let first = (0..names.len()).find(|i| numbers(*i) && !counts(*i));
        return first.ok_or_else(|| format!("no column of numbers among {}", names.join(", ")));
    };
    let by_number = || wanted.parse::<usize>().ok().filter(|i| (1..=names.len()).contains(i)).map(|i| i - 1);
    let by_name = names.iter().position(|name| name == wanted);
    by_name.or_else(by_number).ok_or_else(|| format!("no column {wanted:?}, there are {}", names.join(", ")))
}

/// A number, `None` inside for a missing one; `None` for anything else.
fn number(cell: &str) -> Option<Option<f64>> {
    if cell.is_empty() || cell == "NA" {
        return Some(None);
    }
    cell.parse::<f64>().ok().filter(|x| x.is_finite()).map(Some)
}

/// The cells of a line; quotes keep commas, doubled quotes stand for one.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    cells.push(cell);
    cells.into_iter().map(|cell| cell.trim().to_string()).collect()
}
