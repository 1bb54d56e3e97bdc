//! The tree of a file. It does not depend on the syntax of the file.

use std::sync::Arc;

use crate::source::{Span, Str};

/// The parsed content of a file.
#[derive(Debug)]
pub struct File {
    /// The attributes and blocks at the top level.
    pub body: Body,
    /// All comments in order, with their markers: `# …`, `// …`, `/* … */`. The line end is not included.
    pub comments: Vec<Span>,
    /// The mistakes in order. The rest of the file is in the tree.
    pub errors: Vec<SyntaxError>,
}

/// A mistake in the syntax, which Terraform would report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong and what to do, in lower case.
    pub message: String,
    /// The wrong characters; may be empty if something is missing.
    pub span: Span,
}

/// The contents of a file or block.
#[derive(Debug, Default)]
pub struct Body {
    /// The attributes, `name = value`, in order.
    pub attributes: Vec<Arc<Attribute>>,
    /// The blocks, `kind "label" { … }`, in order.
    pub blocks: Vec<Arc<Block>>,
}

impl Body {
    /// The attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.attributes.iter().find(|attribute| attribute.name.text.as_str() == name)
    }
}

/// An attribute of a body: `name = value`.
#[derive(Debug)]
pub struct Attribute {
    pub name: Name,
    pub value: Expr,
    /// From the name to the end of the value.
    pub span: Span,
}

/// A block: `kind "label" { … }`.
#[derive(Debug)]
pub struct Block {
    pub kind: Name,
    /// The labels, with or without quotes. Their spans do not include quotes.
    pub labels: Vec<Name>,
    /// The contents between the braces.
    pub body: Body,
    /// From the first word to the closing brace.
    pub span: Span,
}

/// A word and its place, without quotes.
#[derive(Debug, Clone)]
pub struct Name {
    pub text: Str,
    /// Where it is written.
    pub span: Span,
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    /// The whole expression with its quotes and brackets.
    pub span: Span,
}

/// The kind of an expression.
#[derive(Debug)]
pub enum ExprKind {
    Null,
    /// The literal `true` or `false`.
    Bool(bool),
    /// A number as it is written: `012` has three digits.
    Number(Str),
    /// A string without interpolations: quoted, or a heredoc.
    String(Literal),
    /// A string with interpolations or directives: quoted, or a heredoc.
    Template(Box<[TemplatePart]>),
    /// An object, `{ key = value, … }`, with all items in order, including duplicates.
    Object(Box<[Item]>),
    /// A tuple: `[a, b]`.
    Tuple(Box<[Expr]>),
    /// An expression in parentheses: `(a)`.
    Paren(Box<Expr>),
    /// A plain name at the start of a reference: `var`, `each`, or a variable of a `for`.
    Variable(Str),
    /// `base.name`. It is boxed because most expressions are literals, which are smaller.
    Attribute(Box<Expr>, Box<Name>),
    /// `base[key]`. The legacy form `base.0` has the number as its key.
    Index(Box<Expr>, Box<Expr>),
    /// `base[*].steps` or `base.*.steps`.
    Splat(Box<Splat>),
    /// A function call: `name(arguments…)`.
    Call(Box<Call>),
    /// A unary operation: `-a`, `!a`.
    Unary(UnaryOperator, Box<Expr>),
    /// Binary operations: `a + b - c`.
    Binary(Box<Binary>),
    /// A conditional: `condition ? yes : no`.
    Conditional(Box<Conditional>),
    /// `[for …]` or `{for …}`.
    For(Box<For>),
    /// An expression that could not be read. The file has an error here.
    Invalid,
}

#[derive(Debug, Clone)]
pub struct Literal {
    /// The value without escapes.
    pub text: Str,
    /// The text between the quotes, or the lines of a heredoc.
    pub span: Span,
    /// The form in which the value is written at the span.
    pub form: crate::form::Form,
}

/// A part of a template.
#[derive(Debug)]
pub enum TemplatePart {
    Literal(Literal),
    /// `${ … }`. Strip markers have already been applied to the text next to it.
    Interpolation(Expr),
    /// `%{ if … }`.
    If {
        condition: Expr,
        /// The parts up to `else` or `endif`.
        yes: Box<[TemplatePart]>,
        /// The parts from `else` to `endif`; empty without `else`.
        no: Box<[TemplatePart]>,
    },
    /// `%{ for … }`.
    For {
        /// The name for the key, if there is one.
        key: Option<Name>,
        /// The name for the value.
        value: Name,
        /// The collection that is iterated.
        collection: Expr,
        /// The parts up to `endfor`.
        body: Box<[TemplatePart]>,
    },
}

/// An item of an object.
#[derive(Debug)]
pub struct Item {
    pub key: Key,
    pub value: Expr,
    /// From the key to the end of the value.
    pub span: Span,
}

/// The key of an item.
#[derive(Debug)]
pub enum Key {
    /// `name` or `"name"`, which is known without evaluation. The span does not include quotes.
    Literal(Name),
    /// `(expression)`, `"${…}"`, or a number.
    Computed(Box<Expr>),
}

impl Key {
    /// Where the key is written; for a literal, without quotes.
    pub fn span(&self) -> Span {
        match self {
            Key::Literal(name) => name.span,
            Key::Computed(expr) => expr.span,
        }
    }
}

/// A splat expression: `base[*].steps`.
#[derive(Debug)]
pub struct Splat {
    /// The collection that is iterated.
    pub base: Expr,
    /// The steps that are applied to each element.
    pub steps: Box<[SplatStep]>,
}

/// A step after a splat.
#[derive(Debug)]
pub enum SplatStep {
    /// A step `.name`.
    Attribute(Name),
    /// A step `[key]`.
    Index(Expr),
    /// `[*]` or `.*` within a splat. These steps are applied to each element of the value that the previous steps lead
    /// to.
    Splat(Box<[SplatStep]>),
}

/// A function call: `name(arguments…)`.
#[derive(Debug)]
pub struct Call {
    /// The function's name, with its namespace: `provider::aws::arn_parse`.
    pub name: Name,
    pub arguments: Box<[Expr]>,
    /// Whether the last argument is expanded: `f(list...)`.
    pub expand_last: bool,
}

/// An operator with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// The operator `-`.
    Negate,
    /// The operator `!`.
    Not,
}

/// Operands with operators of the same precedence between them, such as `a + b - c`. They are applied from left to
/// right.
#[derive(Debug)]
pub struct Binary {
    pub first: Expr,
    /// The other operands, of which there is at least one, each with the operator before it.
    pub rest: Box<[Operation]>,
}

/// An operator and the operand after it, such as `+ b`.
#[derive(Debug)]
pub struct Operation {
    pub operator: BinaryOperator,
    /// The right operand. The left one is everything before it.
    pub operand: Expr,
}

impl Binary {
    /// All operands, in order.
    pub fn operands(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.first).chain(self.rest.iter().map(|operation| &operation.operand))
    }
}

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A conditional: `condition ? yes : no`.
#[derive(Debug)]
pub struct Conditional {
    pub condition: Expr,
    /// The result if it is true.
    pub yes: Expr,
    /// The result if it is false.
    pub no: Expr,
}

/// `[for k, v in collection : result if condition]` or `{for k, v in collection : key => result... if condition}`.
#[derive(Debug)]
pub struct For {
    /// The name for the key, if there is one.
    pub key_name: Option<Name>,
    /// The name for the value.
    pub value_name: Name,
    /// The collection that is iterated.
    pub collection: Expr,
    /// The key of each result; `None` for a tuple.
    pub key: Option<Expr>,
    pub result: Expr,
    /// Whether the results with the same key are grouped in a list (`...`).
    pub grouping: bool,
    /// The condition for elements that are included.
    pub condition: Option<Expr>,
}
