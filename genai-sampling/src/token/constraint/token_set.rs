//! Sets of tokens.

/// A set of tokens, one bit each.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::constraint::TokenSet;
///
/// let mut set = TokenSet::default();
/// set.insert(70);
/// assert_eq!(set.only(), Some(70));
/// set.insert(3);
/// assert_eq!(set.iter().collect::<Vec<_>>(), [3, 70]);
/// assert!(set.contains(3) && !set.contains(4) && set.only().is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct TokenSet {
    words: Vec<u64>,
}

impl TokenSet {
    /// Adds a token.
    pub fn insert(&mut self, token: u32) {
        let word = token as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (token % 64);
    }

    /// Takes a token out.
    pub fn remove(&mut self, token: u32) {
        if let Some(word) = self.words.get_mut(token as usize / 64) {
            *word &= !(1 << (token % 64));
        }
    }

    /// Takes all tokens out.
    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// Adds all tokens of another set.
    pub fn extend(&mut self, other: &Self) {
        self.words.resize(self.words.len().max(other.words.len()), 0);
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    /// Whether a token is in the set.
    pub fn contains(&self, token: u32) -> bool {
        self.words.get(token as usize / 64).is_some_and(|word| word >> (token % 64) & 1 == 1)
    }

    /// How many tokens are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no token is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The token, if there is only one.
    pub fn only(&self) -> Option<u32> {
        let mut tokens = self.iter();
        tokens.next().filter(|_| tokens.next().is_none())
    }

    /// The tokens, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| Bits(word).map(move |bit| i as u32 * 64 + bit))
    }
}

/// The places of the ones in a word.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bit = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}
