//! Blocks of configuration, and the override files that are merged into them.

use std::sync::Arc;

use crate::source::{Span, Str};
use crate::syntax::{Attribute, Block, Body};

/// The blocks of a module, overrides applied.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) blocks: Vec<Arc<Block>>,
}

impl Blocks {
    /// Adds the blocks of a file.
    pub(super) fn add(&mut self, body: &Body) {
        self.blocks.extend(body.blocks.iter().cloned());
    }

    /// Merges the blocks of an override file into those that are there; calls `error` where there is none.
    pub(super) fn merge(&mut self, body: &Body, error: &mut dyn FnMut(String, Span)) {
        for block in &body.blocks {
            match block.kind.text.as_str() {
                "locals" => self.merge_locals(block),
                "terraform" | "provider" => self.blocks.push(block.clone()),
                kind => match self.blocks.iter_mut().find(|base| is_same(base, block)) {
                    Some(base) => *base = Arc::new(merged(base, block)),
                    None => error(format!("there is no {kind} block of this name to override"), block.span),
                },
            }
        }
    }

    fn merge_locals(&mut self, block: &Arc<Block>) {
        for base in self.blocks.iter_mut().filter(|base| base.kind.text.as_str() == "locals") {
            let replaces =
                |attribute: &Arc<Attribute>| block.body.attributes.iter().any(|new| is_named(new, attribute));
            if base.body.attributes.iter().any(replaces) {
                let attributes =
                    base.body.attributes.iter().filter(|attribute| !replaces(attribute)).cloned().collect();
                let body = Body { attributes, blocks: base.body.blocks.clone() };
                *base = Arc::new(with_body(base, body));
            }
        }
        self.blocks.push(block.clone());
    }
}

fn is_same(a: &Block, b: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<Str>>();
    a.kind.text == b.kind.text && labels(a) == labels(b)
}

fn is_named(a: &Attribute, b: &Attribute) -> bool {
    a.name.text == b.name.text
}

/// `base` with the attributes of `over` in place of its own of the same name, and the blocks of `over` in place of all
/// its own of the same kind.
fn merged(base: &Block, over: &Block) -> Block {
    let kept = |attribute: &&Arc<Attribute>| !over.body.attributes.iter().any(|new| is_named(new, attribute));
    let mut attributes: Vec<Arc<Attribute>> = base.body.attributes.iter().filter(kept).cloned().collect();
    attributes.extend(over.body.attributes.iter().cloned());
    let kept = |block: &&Arc<Block>| !over.body.blocks.iter().any(|new| new.kind.text == block.kind.text);
    let mut blocks: Vec<Arc<Block>> = base.body.blocks.iter().filter(kept).cloned().collect();
    blocks.extend(over.body.blocks.iter().cloned());
    with_body(base, Body { attributes, blocks })
}

fn with_body(block: &Block, body: Body) -> Block {
    Block { kind: block.kind.clone(), labels: block.labels.clone(), body, span: block.span }
}
