//! The texts of tokens, as a trie of bytes.

use std::fmt;
use std::sync::Arc;

use super::automaton::{Automaton, DEAD};

/// The texts of all tokens. Clones share them.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::constraint::Vocabulary;
///
/// let vocabulary = Vocabulary::new(["a", "ab", ""]);
/// assert_eq!((vocabulary.len(), vocabulary.bytes(1)), (3, "ab".as_bytes()));
/// ```
#[derive(Clone)]
pub struct Vocabulary(Arc<Trie>);

struct Trie {
    texts: Vec<Vec<u8>>,
    nodes: Vec<Node>, // depth first; a node's text is that of its parent and a byte
    tokens: Vec<u32>, // by ascending text
    deepest: usize,
}

struct Node {
    byte: u8,
    depth: u32,         // 1 for the first byte of a text
    after: u32,         // the first node that is not below this one
    tokens: (u32, u32), // those with this text: a stretch of `tokens`
}

impl Vocabulary {
    /// The text of each token, in bytes; empty for tokens that are no text, such as the end of a text.
    pub fn new<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_ref().to_vec()).collect();
        let mut tokens: Vec<u32> = (0..texts.len() as u32).filter(|&token| !texts[token as usize].is_empty()).collect();
        tokens.sort_by(|&a, &b| texts[a as usize].cmp(&texts[b as usize]));
        let mut nodes: Vec<Node> = Vec::new();
        let mut path: Vec<usize> = Vec::new(); // nodes of the text before
        for (i, &token) in tokens.iter().enumerate() {
            let text = &texts[token as usize];
            let common = path.iter().zip(text).take_while(|&(&node, &byte)| nodes[node].byte == byte).count();
            close(&mut nodes, path.drain(common..));
            for &byte in &text[common..] {
                path.push(nodes.len());
                nodes.push(Node { byte, depth: path.len() as u32, after: 0, tokens: (i as u32, i as u32) });
            }
            nodes[path[path.len() - 1]].tokens.1 = i as u32 + 1;
        }
        close(&mut nodes, path.drain(..));
        let deepest = texts.iter().map(Vec::len).max().unwrap_or(0);
        Self(Arc::new(Trie { texts, nodes, tokens, deepest }))
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.0.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.texts.is_empty()
    }

    /// The text of a token; empty if there is no such token.
    pub fn bytes(&self, token: u32) -> &[u8] {
        self.0.texts.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// All tokens whose text an automaton takes from a state on, with the state that it is in then: `found(tokens, state)`.
    /// What begins alike is walked once.
    pub(super) fn walk(&self, automaton: &Automaton, from: u32, mut found: impl FnMut(&[u32], u32)) {
        let Trie { nodes, tokens, deepest, .. } = &*self.0;
        let mut states = vec![from; deepest + 1]; // after each byte of the path
        let mut i = 0;
        while let Some(node) = nodes.get(i) {
            let state = automaton.step(states[node.depth as usize - 1], node.byte);
            if state == DEAD {
                i = node.after as usize;
                continue;
            }
            states[node.depth as usize] = state;
            let (first, last) = (node.tokens.0 as usize, node.tokens.1 as usize);
            if first < last {
                found(&tokens[first..last], state);
            }
            i += 1;
        }
    }
}

/// Nothing more comes below these nodes.
fn close(nodes: &mut [Node], path: impl Iterator<Item = usize>) {
    let after = nodes.len() as u32;
    path.for_each(|node| nodes[node].after = after);
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vocabulary").field("tokens", &self.len()).finish_non_exhaustive()
    }
}
