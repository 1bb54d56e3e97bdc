//! Reads values in broken JSON, which look much like those in HCL.

use std::sync::Arc;

use super::cursor::Reader;
use super::{Attribute, Body, Expr, ExprKind, Item, Key};

impl Reader<'_> {
    /// Reads a source that is one object, whose items become arguments.
    pub(super) fn json_object(&mut self) -> Body {
        self.skip_space();
        let object = if self.peek() == Some(b'{') { self.object().ok() } else { None };
        self.skip_space();
        // The object ended too early.
        self.unbalanced |= self.peek().is_some();
        let Some(ExprKind::Object(items)) = object.map(|node| node.expr.kind) else { return Body::default() };
        let attribute = |item: Item| match item.key {
            Key::Literal(name) => Some(Arc::new(Attribute { name, value: plain(item.value), span: item.span })),
            Key::Computed(_) => None,
        };
        Body { attributes: items.into_iter().filter_map(attribute).collect(), blocks: Vec::new() }
    }
}

/// `expr`, if JSON has such an expression. Others were not meant and are not evaluated.
fn plain(expr: Expr) -> Expr {
    let kind = match expr.kind {
        kind @ (ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_)) => kind,
        ExprKind::Tuple(elements) => ExprKind::Tuple(elements.into_iter().map(plain).collect()),
        ExprKind::Object(items) => {
            let named = items.into_iter().filter(|item| matches!(item.key, Key::Literal(_)));
            ExprKind::Object(named.map(|item| Item { value: plain(item.value), ..item }).collect())
        }
        _ => ExprKind::Invalid,
    };
    Expr { kind, span: expr.span }
}
