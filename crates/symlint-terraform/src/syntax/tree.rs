//! The tree of a file. Nothing after it knows which parser made it.

use std::sync::Arc;

use crate::source::{Span, Str};

/// What was read of one file.
#[derive(Debug)]
pub struct File {
    /// The attributes and blocks at the top level.
    pub body: Body,
    /// All comments, in order: `# …`, `// …`, `/* … */`, with their markers, without the line's end.
    pub comments: Vec<Span>,
    /// What could not be read, in order. The rest of the tree is what could.
    pub errors: Vec<SyntaxError>,
}

/// Something that Terraform would refuse to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong and what to do, in lower case.
    pub message: String,
    /// The characters that are wrong; may be empty, where something is missing.
    pub span: Span,
}

/// The contents of a file or block.
#[derive(Debug, Default)]
pub struct Body {
    /// `name = value`, in order.
    pub attributes: Vec<Arc<Attribute>>,
    /// `kind "label" { … }`, in order.
    pub blocks: Vec<Arc<Block>>,
}

/// `name = value` in a body.
#[derive(Debug)]
pub struct Attribute {
    pub name: Name,
    pub value: Expr,
    /// From the name to the end of the value.
    pub span: Span,
}

/// `kind "label" { … }`.
#[derive(Debug)]
pub struct Block {
    pub kind: Name,
    /// The labels, quoted or not; spans are without quotes.
    pub labels: Vec<Name>,
    /// What is between the braces.
    pub body: Body,
    /// From the first word to the closing brace.
    pub span: Span,
}

/// A word and where it is, without quotes.
#[derive(Debug, Clone)]
pub struct Name {
    pub text: Str,
    /// Where it is written.
    pub span: Span,
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    /// All of it, with quotes and brackets.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written: `012` has three digits.
    Number(Str),
    /// A string without interpolations: quoted, or a heredoc.
    String(Literal),
    /// A string with interpolations or directives: quoted, or a heredoc.
    Template(Box<[TemplatePart]>),
    /// `{ key = value, … }` with every item, duplicates too, in order.
    Object(Box<[Item]>),
    /// `[a, b]`
    Tuple(Box<[Expr]>),
    /// `(a)`
    Paren(Box<Expr>),
    /// A bare name, the start of a reference: `var`, `each`, a `for` variable.
    Variable(Str),
    /// `base.name`; boxed, since most expressions are literals, which are smaller
    Attribute(Box<Expr>, Box<Name>),
    /// `base[key]`; the legacy form `base.0` has the number as its key
    Index(Box<Expr>, Box<Expr>),
    /// `base[*].steps` or `base.*.steps`
    Splat(Box<Splat>),
    /// `name(arguments…)`
    Call(Box<Call>),
    /// `-a`, `!a`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b - c`
    Binary(Box<Binary>),
    /// `condition ? yes : no`
    Conditional(Box<Conditional>),
    /// `[for …]` or `{for …}`
    For(Box<For>),
    /// Something that could not be read; the file has an error here.
    Invalid,
}

#[derive(Debug, Clone)]
pub struct Literal {
    /// The value, escapes resolved.
    pub text: Str,
    /// The text between the quotes, or the lines of a heredoc.
    pub span: Span,
    /// How the one is written as the other.
    pub form: crate::form::Form,
}

/// A part of a template.
#[derive(Debug)]
pub enum TemplatePart {
    Literal(Literal),
    /// `${ … }`, strip markers already applied to the neighbouring text.
    Interpolation(Expr),
    /// `%{ if … }`
    If {
        condition: Expr,
        /// Up to `else` or `endif`.
        yes: Box<[TemplatePart]>,
        /// From `else` to `endif`; empty where there is no `else`.
        no: Box<[TemplatePart]>,
    },
    /// `%{ for … }`
    For {
        /// The name for the key, if there is one.
        key: Option<Name>,
        /// The name for the value.
        value: Name,
        /// What is looped over.
        collection: Expr,
        /// Up to `endfor`.
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
    /// `name` or `"name"`: known without evaluating. The span is without quotes.
    Literal(Name),
    /// `(expression)`, `"${…}"`, a number.
    Computed(Box<Expr>),
}

impl Key {
    /// Where the key is written, without quotes for a literal.
    pub fn span(&self) -> Span {
        match self {
            Key::Literal(name) => name.span,
            Key::Computed(expr) => expr.span,
        }
    }
}

/// `base[*].steps`
#[derive(Debug)]
pub struct Splat {
    /// What is looped over.
    pub base: Expr,
    /// What is taken of each element.
    pub steps: Box<[SplatStep]>,
}

/// A step after a splat.
#[derive(Debug)]
pub enum SplatStep {
    /// `.name`
    Attribute(Name),
    /// `[key]`
    Index(Expr),
    /// `[*]` or `.*` within a splat: these steps are taken of each element of what the steps before lead to.
    Splat(Box<[SplatStep]>),
}

/// `name(arguments…)`
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
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// `a + b - c`: operands with operators between them that bind equally tight; they apply from left to right.
#[derive(Debug)]
pub struct Binary {
    pub first: Expr,
    /// The others, at least one, each with the operator before it.
    pub rest: Box<[Operation]>,
}

/// `+ b`
#[derive(Debug)]
pub struct Operation {
    pub operator: BinaryOperator,
    /// What it applies to, in addition to all that is before it.
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

/// `condition ? yes : no`
#[derive(Debug)]
pub struct Conditional {
    pub condition: Expr,
    /// Where it is true.
    pub yes: Expr,
    /// Where it is false.
    pub no: Expr,
}

/// `[for k, v in collection : result if condition]` and `{for k, v in collection : key => result... if condition}`
#[derive(Debug)]
pub struct For {
    /// The name for the key, if there is one.
    pub key_name: Option<Name>,
    /// The name for the value.
    pub value_name: Name,
    /// What is looped over.
    pub collection: Expr,
    /// The key of each result: there for an object, not for a tuple.
    pub key: Option<Expr>,
    pub result: Expr,
    /// Whether results of one key are gathered in a list (`...`).
    pub grouping: bool,
    /// Which elements count.
    pub condition: Option<Expr>,
}
