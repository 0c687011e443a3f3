//! What the pictures show.

use genai_models::core::Tensor;

use crate::picture::{Colour, Picture, WHITE};

const SIDE: usize = 8; // of a digit
const ZOOM: usize = 5;
const GAP: usize = 6;
const BETWEEN: Colour = [70, 90, 130];

/// Pictures `[n, 64]` in a grid of `columns`; each row of the grid holds one after another a line of every table.
pub(crate) fn comparison(tables: &[&Tensor], columns: usize) -> Picture {
    let tables: Vec<Vec<f32>> = tables.iter().map(|table| table.to_vec()).collect();
    let count = tables.first().map_or(0, |table| table.len() / (SIDE * SIDE));
    let (cell, bands) = (SIDE * ZOOM + GAP, count.div_ceil(columns));
    let band = tables.len() * cell + GAP;
    let mut picture = Picture::new(columns * cell + GAP, bands * band, BETWEEN);
    for (line, table) in tables.iter().enumerate() {
        for (i, digit) in table.chunks_exact(SIDE * SIDE).enumerate() {
            let (left, top) = (GAP + i % columns * cell, GAP + i / columns * band + line * cell);
            for (at, &ink) in digit.iter().enumerate() {
                let grey = (255.0 * (1.0 - ink.clamp(0.0, 1.0))).round() as u8;
                picture.square(left + at % SIDE * ZOOM, top + at / SIDE * ZOOM, ZOOM, [grey; 3]);
            }
        }
    }
    picture
}

const MAP: usize = 720;
const MARGIN: usize = 24;

/// Points `[n, 2]`, or `[n, 1]` on a line, each drawn as its digit, in the digit's colour.
pub(crate) fn map(points: &Tensor, labels: &[u8]) -> Picture {
    let mut picture = Picture::new(MAP, MAP, WHITE);
    let across = places(points, 0);
    let up = if points.extent(1) > 1 { places(points, 1) } else { vec![MAP / 2; labels.len()] };
    for ((x, y), &label) in across.into_iter().zip(up).zip(labels) {
        glyph(&mut picture, x, MAP - y, label);
    }
    picture
}

/// The points' coordinates on an axis, stretched over the map.
fn places(points: &Tensor, axis: usize) -> Vec<usize> {
    let points: Vec<f32> = points.select(1, axis).to_vec();
    let (low, high) = points.iter().fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    let stretch = (MAP - 2 * MARGIN) as f32 / (high - low).max(f32::MIN_POSITIVE);
    points.iter().map(|x| MARGIN + ((x - low) * stretch) as usize).collect()
}

const DOT: usize = 2;

/// A digit of 3 by 5 dots around a place.
fn glyph(picture: &mut Picture, x: usize, y: usize, digit: u8) {
    let (rows, colour) = (GLYPHS[usize::from(digit)], COLOURS[usize::from(digit)]);
    for (row, dots) in rows.into_iter().enumerate() {
        for column in (0..3).filter(|column| dots >> (2 - column) & 1 == 1) {
            picture.square(x + column * DOT - 3 * DOT / 2, y + row * DOT - 5 * DOT / 2, DOT, colour);
        }
    }
}

/// The digits, row by row, three bits each.
const GLYPHS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 3, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 2, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

const COLOURS: [Colour; 10] = [
    [31, 119, 180],
    [230, 110, 0],
    [30, 140, 40],
    [205, 30, 40],
    [130, 80, 180],
    [125, 70, 55],
    [215, 85, 180],
    [95, 95, 95],
    [150, 150, 0],
    [0, 160, 180],
];
