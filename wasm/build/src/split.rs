//! Splits WebAssembly in two: the functions that usual checks need, and the rest, which may arrive later.
//!
//! The halves share memory, globals, and a table, through which they call each other. Calls into the rest trap until it
//! has filled its part of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, Instruction, MemArg, Module, RefType, TableType, TypeSection,
};
use wasmparser::{
    CodeSectionReader, ElementItems, ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody,
    FunctionSectionReader, Operator, Parser, Payload, TypeRef,
};

type Result<T> = std::result::Result<T, Error<Infallible>>;

/// The name of the first half in the rest's imports.
const FIRST: &str = "first";
const MEMORY: &str = "memory";

/// Creates the halves. The first one has the functions that are used.
pub(crate) fn split(wasm: &[u8], used: &[u32]) -> Result<[Vec<u8>; 2]> {
    let mut halves = Halves::of(ModuleShape::of(wasm)?, used)?;
    let rest = halves.rest(wasm)?;
    let mut module = Module::new();
    halves.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok([module.finish(), rest])
}

/// The same WebAssembly with code that notes which functions run, in the first bytes of its memory. The stack ends
/// there, but is never that deep. Returns it with the number of the first function.
pub(crate) fn noting(wasm: &[u8]) -> Result<(Vec<u8>, u32)> {
    let mut module = Module::new();
    Noting { next: 0 }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok((module.finish(), ModuleShape::of(wasm)?.imported))
}

/// The properties of a module that are needed to split it.
#[derive(Default)]
struct ModuleShape<'w> {
    /// The number of imported functions; the others are numbered after them.
    imported: u32,
    /// The type of each function.
    kinds: Vec<u32>,
    /// The number of parameters of each type.
    parameters: Vec<u32>,
    bodies: Vec<FunctionBody<'w>>,
    /// Functions that are called through a table or from outside.
    known: Vec<u32>,
    /// The size of the first table, which has the functions.
    table: u32,
    tables: u32,
    globals: u32,
}

impl<'w> ModuleShape<'w> {
    fn of(wasm: &'w [u8]) -> Result<Self> {
        let mut shape = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for kind in section.into_iter_err_on_gc_types() {
                        shape.parameters.push(kind?.params().len() as u32);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if let TypeRef::Func(kind) = import?.ty {
                            shape.imported += 1;
                            shape.kinds.push(kind);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for kind in section {
                        shape.kinds.push(kind?);
                    }
                }
                Payload::TableSection(section) => {
                    shape.tables = section.count();
                    for table in section {
                        let table = table?.ty;
                        if table.element_type.is_func_ref() {
                            shape.table = table.initial as u32;
                        }
                    }
                }
                Payload::GlobalSection(section) => shape.globals = section.count(),
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            shape.known.push(export.index);
                        }
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        if let ElementItems::Functions(functions) = element?.items {
                            for function in functions {
                                shape.known.push(function?);
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => shape.bodies.push(body),
                _ => {}
            }
        }
        Ok(shape)
    }

    /// The functions that a function calls.
    fn calls_of(&self, function: u32) -> Result<Vec<u32>> {
        let mut calls = Vec::new();
        let own = function.checked_sub(self.imported).and_then(|own| self.bodies.get(own as usize));
        for operator in own.map(FunctionBody::get_operators_reader).transpose()?.into_iter().flatten() {
            if let Operator::Call { function_index } = operator? {
                calls.push(function_index);
            }
        }
        Ok(calls)
    }
}

/// The halves that functions are in.
struct Halves<'w> {
    shape: ModuleShape<'w>,
    /// The indexes of functions in the first half: imported ones, used ones, and those through which the rest is
    /// entered.
    first: BTreeMap<u32, u32>,
    /// The indexes of functions in the rest.
    rest: BTreeMap<u32, u32>,
    /// Functions of the rest that the first half calls.
    entered: Vec<u32>,
    /// Functions of the first half that the rest calls.
    called: Vec<u32>,
}

impl<'w> Halves<'w> {
    fn of(shape: ModuleShape<'w>, used: &[u32]) -> Result<Self> {
        let functions = shape.imported..shape.kinds.len() as u32;
        let (own, others): (Vec<u32>, Vec<u32>) = functions.partition(|function| used.contains(function));
        let rest: BTreeMap<u32, u32> = others.into_iter().zip(0..).collect();
        let mut entered = BTreeSet::from_iter(shape.known.iter().copied());
        for function in &own {
            entered.extend(shape.calls_of(*function)?);
        }
        entered.retain(|function| rest.contains_key(function));
        let mut called = BTreeSet::new();
        for function in rest.keys() {
            called.extend(shape.calls_of(*function)?);
        }
        called.retain(|function| !rest.contains_key(function));
        let first = (0..shape.imported).chain(own).chain(entered.iter().copied()).zip(0..).collect();
        Ok(Self { shape, first, rest, entered: entered.into_iter().collect(), called: called.into_iter().collect() })
    }

    fn kind(&self, function: u32) -> u32 {
        self.shape.kinds.get(function as usize).copied().unwrap_or_default()
    }

    /// A call through the table, at the index of the function.
    fn call(&self, function: u32) -> [Instruction<'static>; 2] {
        let mut shared = self.entered.iter().chain(&self.called);
        let place = self.shape.table + shared.position(|other| *other == function).unwrap_or_default() as u32;
        [
            Instruction::I32Const(place as i32),
            Instruction::CallIndirect { type_index: self.kind(function), table_index: 0 },
        ]
    }

    /// Adds functions to the table, after the given number of shared entries.
    fn fill(&self, elements: &mut ElementSection, after: usize, functions: Vec<u32>) {
        let from = self.shape.table as usize + after;
        elements.active(None, &ConstExpr::i32_const(from as i32), Elements::Functions(functions.into()));
    }

    fn rest(&self, wasm: &[u8]) -> Result<Vec<u8>> {
        let mut reencode = RoundtripReencoder;
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        let (mut functions, mut elements, mut code) =
            (FunctionSection::new(), ElementSection::new(), CodeSection::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => reencode.parse_type_section(&mut types, section)?,
                Payload::TableSection(section) => {
                    for (table, place) in section.into_iter().zip(0..) {
                        // The first half may make it larger.
                        let table = TableType { maximum: None, ..reencode.table_type(table?.ty)? };
                        imports.import(FIRST, &table_name(place), table);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        imports.import(FIRST, MEMORY, reencode.memory_type(memory?)?);
                    }
                }
                Payload::GlobalSection(section) => {
                    for (global, place) in section.into_iter().zip(0..) {
                        imports.import(FIRST, &global_name(place), reencode.global_type(global?.ty)?);
                    }
                }
                _ => {}
            }
        }
        let mut own = RestNumbers(&self.rest);
        for function in self.rest.keys() {
            functions.function(self.kind(*function));
            let Some(body) = self.shape.bodies.get((function - self.shape.imported) as usize) else { continue };
            let mut written = reencode.new_function_with_parsed_locals(body)?;
            for operator in body.get_operators_reader()? {
                let operator = operator?;
                if let Operator::Call { function_index } = operator
                    && !self.rest.contains_key(&function_index)
                {
                    for step in self.call(function_index) {
                        written.instruction(&step);
                    }
                } else {
                    written.instruction(&own.instruction(operator)?);
                }
            }
            code.function(&written);
        }
        self.fill(
            &mut elements,
            0,
            self.entered.iter().filter_map(|function| self.rest.get(function).copied()).collect(),
        );
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&elements).section(&code);
        Ok(module.finish())
    }
}

/// Numbers the functions of the rest.
struct RestNumbers<'h>(&'h BTreeMap<u32, u32>);

impl Reencode for RestNumbers<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32> {
        Ok(self.0.get(&function).copied().unwrap_or(function))
    }
}

fn table_name(place: u32) -> String {
    format!("table{place}")
}

fn global_name(place: u32) -> String {
    format!("global{place}")
}

/// Writes the first half.
impl Reencode for Halves<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32> {
        Ok(self.first.get(&function).copied().unwrap_or(function))
    }

    fn parse_function_section(&mut self, functions: &mut FunctionSection, _: FunctionSectionReader<'_>) -> Result<()> {
        let mut places: Vec<_> = self.first.iter().map(|(function, place)| (*place, *function)).collect();
        places.sort_unstable();
        for (_, function) in places.iter().skip(self.shape.imported as usize) {
            functions.function(self.kind(*function));
        }
        Ok(())
    }

    fn table_type(&mut self, table: wasmparser::TableType) -> Result<TableType> {
        let shared = (self.entered.len() + self.called.len()) as u64;
        let mut table = utils::table_type(self, table)?;
        if table.element_type != RefType::FUNCREF {
            return Ok(table);
        }
        table.minimum += shared;
        table.maximum = table.maximum.map(|most| most + shared);
        Ok(table)
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: ExportSectionReader<'_>) -> Result<()> {
        utils::parse_export_section(self, exports, section)?;
        for place in 0..self.shape.tables {
            exports.export(&table_name(place), ExportKind::Table, place);
        }
        for place in 0..self.shape.globals {
            exports.export(&global_name(place), ExportKind::Global, place);
        }
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        section: ElementSectionReader<'_>,
    ) -> Result<()> {
        utils::parse_element_section(self, elements, section)?;
        let called = self.called.iter().filter_map(|function| self.first.get(function).copied()).collect();
        self.fill(elements, self.entered.len(), called);
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Result<()> {
        for (body, function) in self.shape.bodies.clone().into_iter().zip(self.shape.imported..) {
            if !self.rest.contains_key(&function) {
                utils::parse_function_body(self, code, body)?;
            }
        }
        for function in &self.entered {
            let parameters = self.shape.parameters.get(self.kind(*function) as usize).copied().unwrap_or_default();
            let mut written = Function::new([]);
            for parameter in 0..parameters {
                written.instruction(&Instruction::LocalGet(parameter));
            }
            for step in self.call(*function) {
                written.instruction(&step);
            }
            code.function(written.instruction(&Instruction::End));
        }
        Ok(())
    }
}

/// Adds the notes at the start of each function.
struct Noting {
    next: i32,
}

impl Reencode for Noting {
    type Error = Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<()> {
        let mut written = self.new_function_with_parsed_locals(&body)?;
        written.instruction(&Instruction::I32Const(self.next)).instruction(&Instruction::I32Const(1));
        written.instruction(&Instruction::I32Store8(MemArg { offset: 0, align: 0, memory_index: 0 }));
        self.next += 1;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            written.instruction(&self.parse_instruction(&mut operators)?);
        }
        code.function(&written);
        Ok(())
    }
}
