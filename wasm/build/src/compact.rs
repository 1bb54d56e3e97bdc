//! Rewrites WebAssembly so that it compresses better by a sixteenth, without changing its behavior or its speed.
//!
//! Compression replaces text that occurred within the last 32 kB. So functions are placed next to similar ones, such as
//! the instances of one generic function; and locals are numbered by how often they are used, which makes more code
//! similar.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, Module};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

type Result<T> = std::result::Result<T, Error<Infallible>>;

/// A little less than the window of the compression, because a file does not only consist of code.
const WINDOW: usize = 28_000;

/// The length in bytes of the runs by which similar functions are found: about three instructions.
const RUN: usize = 6;

/// Renumbers the locals and reorders the functions.
pub(crate) fn compact(wasm: &[u8]) -> Result<Vec<u8>> {
    let parameters = parts(wasm)?.parameters;
    let wasm = encoded(&mut Locals { parameters: parameters.into_iter() }, wasm)?;
    let ModuleParts { imported, bodies, .. } = parts(&wasm)?;
    let order = order(&bodies);
    let mut places = vec![0; order.len()];
    for (place, function) in (imported..).zip(&order) {
        if let Some(old) = places.get_mut(*function) {
            *old = place;
        }
    }
    encoded(&mut Functions { imported, order, places }, &wasm)
}

fn encoded(reencode: &mut impl Reencode<Error = Infallible>, wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    reencode.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The parts of a module that are needed before it is written again.
#[derive(Default)]
struct ModuleParts<'w> {
    /// The number of imported functions; the others are numbered after them.
    imported: u32,
    /// The number of parameters of each other function.
    parameters: Vec<u32>,
    bodies: Vec<&'w [u8]>,
}

fn parts(wasm: &[u8]) -> Result<ModuleParts<'_>> {
    let mut parts = ModuleParts::default();
    let mut types = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for kind in section.into_iter_err_on_gc_types() {
                    types.push(u32::try_from(kind?.params().len()).unwrap_or(u32::MAX));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    parts.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => {
                for function in section {
                    parts.parameters.push(types.get(function? as usize).copied().unwrap_or_default());
                }
            }
            Payload::CodeSectionEntry(body) => parts.bodies.push(wasm.get(body.range()).unwrap_or_default()),
            _ => {}
        }
    }
    Ok(parts)
}

/// Numbers the locals of each function by how often they are used.
struct Locals<P> {
    parameters: P,
}

impl<P: Iterator<Item = u32>> Reencode for Locals<P> {
    type Error = Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<()> {
        let parameters = self.parameters.next().unwrap_or_default();
        let mut types = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, kind) = group?;
            let kind = self.val_type(kind)?;
            types.extend((0..count).map(|_| kind));
        }
        let mut instructions = Vec::new();
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            instructions.push(self.parse_instruction(&mut reader)?);
        }
        let mut uses = vec![0_usize; types.len()];
        for at in instructions.iter_mut().filter_map(local) {
            if let Some(uses) = at.checked_sub(parameters).and_then(|at| uses.get_mut(at as usize)) {
                *uses += 1;
            }
        }
        // Locals of one type stay together, because each change of the type takes an entry.
        let mut kinds = types.clone();
        kinds.sort_by_key(|kind| format!("{kind:?}"));
        kinds.dedup();
        let mut locals: Vec<(usize, Reverse<usize>, usize)> = Vec::new();
        for (old, (kind, uses)) in types.iter().zip(uses).enumerate() {
            let group = kinds.iter().position(|other| other == kind).unwrap_or_default();
            locals.push((group, Reverse(uses), old));
        }
        locals.sort_unstable();
        let mut places = vec![0; locals.len()];
        for (place, (.., old)) in (parameters..).zip(&locals) {
            if let Some(old) = places.get_mut(*old) {
                *old = place;
            }
        }
        for at in instructions.iter_mut().filter_map(local) {
            if let Some(place) = at.checked_sub(parameters).and_then(|at| places.get(at as usize)) {
                *at = *place;
            }
        }
        let kinds = locals.iter().filter_map(|(.., old)| types.get(*old).copied());
        let mut function = Function::new_with_locals_types(kinds);
        for instruction in &instructions {
            function.instruction(instruction);
        }
        code.function(&function);
        Ok(())
    }
}

/// The local that an instruction refers to.
fn local<'i>(instruction: &'i mut Instruction<'_>) -> Option<&'i mut u32> {
    match instruction {
        Instruction::LocalGet(at) | Instruction::LocalSet(at) | Instruction::LocalTee(at) => Some(at),
        _ => None,
    }
}

/// Writes the functions in another order.
struct Functions {
    imported: u32,
    /// The functions in their new order.
    order: Vec<usize>,
    /// The new number of each function.
    places: Vec<u32>,
}

impl Reencode for Functions {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32> {
        let own = function.checked_sub(self.imported).and_then(|own| self.places.get(own as usize));
        Ok(own.copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<()> {
        let types = section.into_iter().collect::<std::result::Result<Vec<u32>, _>>()?;
        for kind in self.order.iter().filter_map(|old| types.get(*old)) {
            functions.function(*kind);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<()> {
        let bodies = section.into_iter().collect::<std::result::Result<Vec<_>, _>>()?;
        for old in self.order.clone() {
            if let Some(body) = bodies.get(old) {
                utils::parse_function_body(self, code, body.clone())?;
            }
        }
        Ok(())
    }
}

/// An order in which each function has as much as possible in common with those right before it.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let mut likeness = Likeness::new(bodies);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order: Vec<usize> = Vec::new();
    let mut window: VecDeque<usize> = VecDeque::new();
    let mut length = 0;
    loop {
        let ranks = left.iter().map(|function| likeness.rank(*function)).enumerate();
        // Of ties, the first.
        let best = ranks.reduce(|best, next| if next.1.total_cmp(&best.1).is_gt() { next } else { best });
        let Some((at, _)) = best else { return order };
        let function = left.remove(at);
        likeness.note(function, true);
        order.push(function);
        window.push_back(function);
        length += bodies.get(function).map_or(0, |body| body.len());
        while length > WINDOW
            && window.len() > 1
            && let Some(oldest) = window.pop_front()
        {
            likeness.note(oldest, false);
            length -= bodies.get(oldest).map_or(0, |body| body.len());
        }
    }
}

/// How much functions have in common with those in the window.
struct Likeness {
    functions: Vec<Alike>,
    /// The functions with each run. Runs that only one function has are left out.
    having: Vec<Vec<usize>>,
    /// How many functions in the window have each run.
    seen: Vec<usize>,
}

/// A candidate for the next function.
#[derive(Clone, Default)]
struct Alike {
    /// The number of its runs.
    runs: usize,
    /// The runs that other functions also have.
    shared: Vec<usize>,
    /// How many of these are in the window.
    known: usize,
}

impl Likeness {
    fn new(bodies: &[&[u8]]) -> Self {
        let mut runs: Vec<([u8; RUN], usize)> = Vec::new();
        for (function, body) in bodies.iter().enumerate() {
            runs.extend(body.windows(RUN).filter_map(|run| Some((run.try_into().ok()?, function))));
        }
        runs.sort_unstable();
        runs.dedup();
        let mut functions = vec![Alike::default(); bodies.len()];
        let mut having: Vec<Vec<usize>> = Vec::new();
        for group in runs.chunk_by(|(a, _), (b, _)| a == b) {
            for (_, function) in group {
                let Some(alike) = functions.get_mut(*function) else { continue };
                alike.runs += 1;
                if group.len() > 1 {
                    alike.shared.push(having.len());
                }
            }
            if group.len() > 1 {
                having.push(group.iter().map(|(_, function)| *function).collect());
            }
        }
        let seen = vec![0; having.len()];
        Self { functions, having, seen }
    }

    /// The similarity of a function and those in the window. If equal parts are shared, a long function ranks higher
    /// than a short one.
    fn rank(&self, function: usize) -> f64 {
        self.functions.get(function).map_or(0.0, |it| it.known as f64 / (it.runs as f64 + 1.0).powf(0.7))
    }

    /// Notes that a function enters or leaves the window.
    fn note(&mut self, function: usize, enters: bool) {
        let runs = self.functions.get(function).map(|alike| alike.shared.clone()).unwrap_or_default();
        for run in runs {
            let (Some(seen), Some(having)) = (self.seen.get_mut(run), self.having.get(run)) else { continue };
            let before = *seen;
            *seen = if enters { before + 1 } else { before - 1 };
            if before.min(*seen) == 0 {
                for other in having {
                    if let Some(other) = self.functions.get_mut(*other) {
                        other.known = if enters { other.known + 1 } else { other.known - 1 };
                    }
                }
            }
        }
    }
}
