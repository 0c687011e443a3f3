//! From tokens to pieces of text, as they come: no half characters, nothing of a stop string.

/// Turns the tokens of one sequence into text, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Text {
    tokens: Vec<u32>,
    shown: usize, // tokens whose text is out; those from `context` on are decoded again to keep joints right
    context: usize,
    held: String, // text that may be the beginning of a stop string
}

impl Text {
    /// The text that the next token adds, and whether a stop string ended it.
    pub(super) fn push(&mut self, token: u32, stops: &[String], decode: &dyn Fn(&[u32]) -> String) -> (String, bool) {
        self.tokens.push(token);
        let before = decode(&self.tokens[self.context..self.shown]);
        let now = decode(&self.tokens[self.context..]);
        if now.len() > before.len() && !now.ends_with('\u{fffd}') {
            // A tokenizer may change the joint of two texts; what is out stays out.
            self.held.push_str(now.get(before.len()..).unwrap_or_default());
            (self.context, self.shown) = (self.shown, self.tokens.len());
        }
        let first = stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(at) = first {
            return (self.held[..at].to_owned(), true);
        }
        let safe = self.held.len() - stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        (self.held.drain(..safe).collect(), false)
    }

    /// What is still held back when no token follows.
    pub(super) fn finish(&mut self, decode: &dyn Fn(&[u32]) -> String) -> String {
        let before = decode(&self.tokens[self.context..self.shown]);
        let now = decode(&self.tokens[self.context..]);
        let mut rest = std::mem::take(&mut self.held);
        rest.push_str(now.get(before.len()..).unwrap_or_default());
        (self.context, self.shown) = (self.tokens.len(), self.tokens.len());
        rest
    }
}

/// The length of the longest end of `text` that begins `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    let lengths = stop.char_indices().map(|(i, c)| i + c.len_utf8()).filter(|&length| length < stop.len());
    lengths.filter(|&length| text.ends_with(&stop[..length])).max().unwrap_or(0)
}
