//! Pictures drawn pixel by pixel.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const WHITE: Colour = [255; 3];

/// A picture in colour.
#[derive(Debug)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Picture {
    /// All of one colour.
    pub(crate) fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Fills a square, as far as it lies inside.
    pub(crate) fn square(&mut self, x: usize, y: usize, side: usize, colour: Colour) {
        let (right, below) = ((x + side).min(self.width), (y + side).min(self.height));
        for row in y..below {
            self.pixels[row * self.width..][x.min(right)..right].fill(colour);
        }
    }

    /// Writes a PNG.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let fail = |error: &dyn Error| format!("{}: {error}", path.display());
        let file = File::create(path).map_err(|error| fail(&error))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().map_err(|error| fail(&error))?;
        writer.write_image_data(self.pixels.as_flattened()).map_err(|error| fail(&error))?;
        writer.finish().map_err(|error| fail(&error))?;
        Ok(())
    }
}
