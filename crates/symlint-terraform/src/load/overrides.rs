//! The blocks of a module, and the override files that are merged into them.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::source::{Span, Str};
use crate::syntax::{Attribute, Block, Body};

/// The blocks of a module after overrides.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) blocks: Vec<Arc<Block>>,
    /// The index of the first block of each name. Computed when override files are merged.
    places: HashMap<BlockName, usize>,
}

/// The kind and the labels of a block.
type BlockName = (Str, Vec<Str>);

impl Blocks {
    /// Adds the blocks of a file.
    pub(super) fn add(&mut self, body: &Body) {
        self.blocks.extend(body.blocks.iter().cloned());
        self.places.clear();
    }

    /// Merges the blocks of an override file into existing blocks, and calls `error` for a block that does not exist.
    pub(super) fn merge(&mut self, body: &Body, error: &mut dyn FnMut(String, Span)) {
        if self.places.is_empty() {
            for (at, block) in self.blocks.iter().enumerate() {
                self.places.entry(name_of(block)).or_insert(at);
            }
        }
        for block in &body.blocks {
            match block.kind.text.as_str() {
                "locals" => self.merge_locals(block),
                "terraform" | "provider" => self.blocks.push(block.clone()),
                kind => match self.places.get(&name_of(block)).and_then(|at| self.blocks.get_mut(*at)) {
                    Some(base) => *base = Arc::new(merged(base, block)),
                    None => error(format!("there is no {kind} block of this name to override"), block.span),
                },
            }
        }
    }

    fn merge_locals(&mut self, block: &Arc<Block>) {
        let names = names(&block.body);
        let is_replaced = |attribute: &Arc<Attribute>| names.contains(attribute.name.text.as_str());
        for base in self.blocks.iter_mut().filter(|base| base.kind.text.as_str() == "locals") {
            if base.body.attributes.iter().any(is_replaced) {
                let attributes = base.body.attributes.iter().filter(|it| !is_replaced(it)).cloned().collect();
                let body = Body { attributes, blocks: base.body.blocks.clone() };
                *base = Arc::new(with_body(base, body));
            }
        }
        self.blocks.push(block.clone());
    }
}

fn name_of(block: &Block) -> BlockName {
    (block.kind.text.clone(), block.labels.iter().map(|label| label.text.clone()).collect())
}

/// The names of the attributes of a body.
fn names(body: &Body) -> HashSet<&str> {
    body.attributes.iter().map(|attribute| attribute.name.text.as_str()).collect()
}

/// `base` with the attributes of `over`, which replace those with the same name, and the blocks of `over`, which
/// replace all those of the same kind.
fn merged(base: &Block, over: &Block) -> Block {
    let names = names(&over.body);
    let kinds: HashSet<&str> = over.body.blocks.iter().map(|block| block.kind.text.as_str()).collect();
    let kept = |attribute: &&Arc<Attribute>| !names.contains(attribute.name.text.as_str());
    let mut attributes: Vec<Arc<Attribute>> = base.body.attributes.iter().filter(kept).cloned().collect();
    attributes.extend(over.body.attributes.iter().cloned());
    let kept = |block: &&Arc<Block>| !kinds.contains(block.kind.text.as_str());
    let mut blocks: Vec<Arc<Block>> = base.body.blocks.iter().filter(kept).cloned().collect();
    blocks.extend(over.body.blocks.iter().cloned());
    with_body(base, Body { attributes, blocks })
}

fn with_body(block: &Block, body: Body) -> Block {
    Block { kind: block.kind.clone(), labels: block.labels.clone(), body, span: block.span }
}
