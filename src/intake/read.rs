//! One file, row by row: opened, its format decided, each row read into entries or refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codes;
use super::discover::Layout;
use super::express::check;
use super::feed::Movement;
use super::field::{Header, Row as Fields, cell, legible};
use super::interrupt::Interrupt;
use super::json::object_of;
use super::mapping::Mapping;
use super::parquet::{Columnar, Told};
use super::plan::{Outcome, Plan};
use super::reject::Refusal;
use super::row::{Reading, Row};
use super::rows::{Body, Lines, Raw, Span};
use super::scan::{miscounted, not_text};
use super::source::{Input, Source};
use super::survey::Survey;
use super::{IntakeError, SourceFile};
use crate::contract::Contract;
use crate::fact::Table;
use crate::finding::Finding;
use crate::money::{Currency, Exact};

/// Reads files of facts by a mapping, for a set of contracts.
pub struct Reader<'a> {
    mapping: &'a Mapping,
    contracts: &'a [Contract],
    survey: Survey,
    /// Stops all reading.
    pub(super) interrupt: Interrupt,
}

/// An open file of facts.
pub struct Rows<'a> {
    reader: &'a Reader<'a>,
    file: Arc<str>,
    pub(super) path: PathBuf,
    pub(super) source: Source,
    pub(super) lines: Lines<Input>,
    pub(super) spans: Vec<Span>,
    /// Its delimiter; none for JSON lines.
    pub(super) delimiter: Option<u8>,
    /// For Parquet, whose rows were never lines.
    pub(super) columnar: Option<Columnar>,
    pub(super) columns: usize,
    table: Table,
    /// What its header is known by.
    pub(super) head: u64,
    pub(super) plan: Option<Plan>,
    /// What is wrong with, or worth knowing of, the whole file.
    findings: Vec<Finding>,
}

/// How many lines without an object are looked at before the first object decides the format.
const AHEAD: usize = 64;

impl<'a> Reader<'a> {
    /// A reader of files.
    pub fn new(mapping: &'a Mapping, contracts: &'a [Contract]) -> Self {
        let (survey, interrupt) = Default::default();
        Self { mapping, contracts, survey, interrupt }
    }

    /// Looks through the files whose rows can only be understood together: billing events, of
    /// which a later version may stand in another file of the same delivery. Others are not read
    /// beyond their header.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn survey(&mut self, files: &[SourceFile]) -> Result<(), IntakeError> {
        let mut survey = Survey::default();
        for file in files {
            let mut rows = self.open(file)?;
            if rows.plan.as_ref().is_some_and(Plan::needs_survey) {
                while rows.survey_row(&mut survey)? {}
            }
        }
        self.survey = survey;
        Ok(())
    }

    /// Opens a file and decides its format.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(&'a self, file: &SourceFile) -> Result<Rows<'a>, IntakeError> {
        let fail = |source| IntakeError::Read { path: file.path.clone(), source };
        let (source, input) = Source::open(&file.path).map_err(fail)?;
        let delimiter = self.mapping.for_file(&file.name).map_or(b',', |map| map.delimiter);
        let mut rows = Rows {
            reader: self,
            file: Arc::from(file.name.as_str()),
            path: file.path.clone(),
            source,
            lines: Lines::new(input),
            spans: Vec::new(),
            delimiter: (file.layout() == Layout::Csv).then_some(delimiter),
            columnar: None,
            columns: 0,
            table: file.table,
            head: 0,
            plan: None,
            findings: Vec::new(),
        };
        let header = match file.layout() {
            Layout::Csv => rows.header(),
            Layout::JsonLines => rows.first_object(),
            Layout::Parquet => rows.columnar(),
        };
        if let Some((raw, header, names)) = header.map_err(fail)? {
            rows.decide(&raw, &header, &names);
        }
        Ok(rows)
    }
}

/// The row that decides the format, the columns of CSV, and all names.
pub(super) type Head = (Raw, Header, Vec<String>);

impl Rows<'_> {
    fn header(&mut self) -> std::io::Result<Option<Head>> {
        let delimiter = self.delimiter.unwrap_or(b',');
        let Some(raw) = self.lines.next_record(delimiter, &mut self.spans)? else {
            self.empty("a header and rows");
            return Ok(None);
        };
        let Ok(text) = std::str::from_utf8(&raw.bytes) else {
            self.complain(not_text(), raw.line, "");
            return Ok(None);
        };
        if let Some(refusal) = raw.refused.clone() {
            self.complain(refusal, raw.line, text);
            return Ok(None);
        }
        let names: Vec<String> =
            self.spans.iter().map(|span| cell(text, span).into_owned()).collect();
        self.columns = names.len();
        Ok(Some((raw, Some(names.clone()), names)))
    }

    /// Reads ahead to the first object, and gives all back.
    fn first_object(&mut self) -> std::io::Result<Option<Head>> {
        let mut ahead = Vec::new();
        let mut names = None;
        while names.is_none() && ahead.len() < AHEAD {
            let Some(raw) = self.lines.next_line()? else { break };
            names = object_of(&raw)
                .ok()
                .map(|object| object.0.into_iter().map(|(name, _)| name).collect::<Vec<String>>());
            ahead.push(raw);
        }
        let head = ahead.last().map(|raw| Raw {
            line: raw.line,
            bytes: raw.bytes.clone(),
            refused: raw.refused.clone(),
        });
        self.lines.give_back(ahead);
        match (head, names) {
            (Some(raw), Some(names)) => Ok(Some((raw, None, names))),
            (Some(raw), None) => {
                let refusal = Refusal::new(&codes::FORMAT, "the file does not begin with objects")
                    .help("write one JSON object a line, or name the file .csv");
                self.complain(refusal, raw.line, "");
                Ok(None)
            }
            (None, _) => {
                self.empty("one JSON object a line");
                Ok(None)
            }
        }
    }

    fn decide(&mut self, raw: &Raw, header: &Header, names: &[String]) {
        let (mapping, contracts) = (self.reader.mapping, self.reader.contracts);
        self.head = check(&raw.bytes);
        let planned = Plan::for_file(&self.file, self.table, header, names, mapping, contracts);
        let text = String::from_utf8_lossy(&raw.bytes).into_owned();
        for note in planned.notes {
            self.complain(note, raw.line, &text);
        }
        match planned.plan {
            Ok(plan) => {
                self.table = plan.table;
                self.plan = Some(plan);
            }
            Err(refusals) => {
                refusals.into_iter().for_each(|refusal| self.complain(refusal, raw.line, &text));
            }
        }
    }

    fn complain(&mut self, refusal: Refusal, line: u64, text: &str) {
        self.findings.push(refusal.finding(&self.file, line, text, &self.spans));
    }

    fn empty(&mut self, due: &str) {
        let refusal = Refusal::new(&codes::EMPTY, "the file holds no rows");
        self.complain(refusal.help(format!("it should hold {due}")), 1, "");
    }

    /// The table of its rows.
    pub fn table(&self) -> Table {
        self.table
    }

    /// The name of the format, `unknown` if it has none.
    pub fn format(&self) -> &'static str {
        self.plan.as_ref().map_or("unknown", |plan| plan.format.name())
    }

    /// The name of the feed.
    pub fn source(&self) -> &str {
        self.plan.as_ref().map_or("unknown", |plan| plan.source.as_str())
    }

    /// What is wrong with, or worth knowing of, the whole file.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Bytes of the file read so far.
    pub fn bytes(&self) -> u64 {
        self.columnar.as_ref().map_or_else(|| self.source.bytes(), Columnar::bytes)
    }

    /// What stops reading.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.reader.interrupt
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    /// If the file cannot be read, or is packed and damaged.
    pub fn next_row(&mut self) -> Result<Option<Row>, IntakeError> {
        let raw = self.raw()?;
        Ok(raw.map(|raw| self.row_of(raw)))
    }

    pub(super) fn row_of(&self, raw: Raw) -> Row {
        let line = raw.line;
        let text = match std::str::from_utf8(&raw.bytes) {
            Ok(text) => text,
            Err(_) => {
                let (text, spans) = legible(&raw.bytes, &self.spans);
                let reasons = vec![raw.refused.clone().unwrap_or_else(not_text)];
                let result = self.refused(reasons, None, None, line, (&text, &spans));
                let told = self.told(text, &spans);
                return Row { line, told, result, movement: None };
            }
        };
        let (result, movement) = self.read(&raw, text);
        let Ok(text) = String::from_utf8(raw.bytes) else { unreachable!("checked above") };
        let told = match (&self.columnar, &result) {
            (Some(columnar), Reading::Entries(_)) => Told::fields(text, &columnar.names),
            _ => self.told(text, &self.spans),
        };
        Row { line, told, result, movement }
    }

    fn told(&self, text: String, spans: &[Span]) -> Told {
        Told::plain(match &self.columnar {
            Some(columnar) => columnar.names.shown(&text, spans).0,
            None => text,
        })
    }

    /// The next row as it stands there; its fields are found, and what it says is not looked at.
    pub(super) fn raw(&mut self) -> Result<Option<Raw>, IntakeError> {
        self.interrupt().check()?;
        let raw = self.lines.next_row(self.delimiter, &mut self.spans);
        raw.map_err(|source| IntakeError::Read { path: self.path.clone(), source })
    }

    fn read(&self, raw: &Raw, text: &str) -> (Reading, Option<Movement>) {
        let whole = (text, &self.spans[..]);
        if let Some(refusal) = &raw.refused {
            return (self.refused(vec![refusal.clone()], None, None, raw.line, whole), None);
        }
        let Some(plan) = &self.plan else {
            let nothing = Reading::Refused { findings: Vec::new(), currency: None, amount: None };
            return (nothing, None);
        };
        let outcome = self.with_fields(raw, text, plan, |row| {
            plan.read(row, self.reader.contracts, &self.reader.survey)
        });
        match outcome {
            Ok(Outcome::Entries(entries, movement)) => (Reading::Entries(entries), movement),
            Ok(Outcome::Superseded(currency, amount)) => {
                (Reading::Superseded { currency, amount }, None)
            }
            Ok(Outcome::Refused(reasons, currency, amount)) => {
                (self.refused(reasons, currency, amount, raw.line, whole), None)
            }
            Err(refusal) => (self.refused(vec![refusal], None, None, raw.line, whole), None),
        }
    }

    /// Does something with the fields of a row, if it has them.
    fn with_fields<T>(
        &self,
        raw: &Raw,
        text: &str,
        plan: &Plan,
        act: impl FnOnce(&Fields<'_>) -> T,
    ) -> Result<T, Refusal> {
        let (file, line, nulls) = (&*self.file, raw.line, plan.nulls());
        let unfit = self.columnar.as_ref().map_or(&[][..], |columnar| &columnar.unfit);
        if self.delimiter.is_some() {
            if self.spans.len() != self.columns {
                return Err(miscounted(self.spans.len(), self.columns));
            }
            return Ok(act(&Fields {
                file,
                line,
                body: Body::Csv(text, &self.spans),
                nulls,
                unfit,
            }));
        }
        let object = object_of(raw)?;
        Ok(act(&Fields { file, line, body: Body::Json(&object), nulls, unfit }))
    }

    fn survey_row(&mut self, survey: &mut Survey) -> Result<bool, IntakeError> {
        let Some(raw) = self.raw()? else { return Ok(false) };
        if let (None, Ok(text), Some(plan)) =
            (&raw.refused, std::str::from_utf8(&raw.bytes), &self.plan)
        {
            // What cannot be split will be refused when it is read.
            let _ = self.with_fields(&raw, text, plan, |row| plan.survey(row, survey));
        }
        Ok(true)
    }

    fn refused(
        &self,
        reasons: Vec<Refusal>,
        currency: Option<Currency>,
        amount: Option<Exact>,
        line: u64,
        (text, spans): (&str, &[Span]),
    ) -> Reading {
        let shown = self.columnar.as_ref().map(|it| it.names.shown(text, spans));
        let (text, spans) =
            shown.as_ref().map_or((text, spans), |(text, spans)| (text.as_str(), spans));
        let finding = |refusal: Refusal| refusal.finding(&self.file, line, text, spans);
        Reading::Refused { findings: reasons.into_iter().map(finding).collect(), currency, amount }
    }

    /// Reads what is left of the file; says its digest in hex and its size.
    ///
    /// # Errors
    /// If the file cannot be read, or is not the same any more.
    pub fn finish(self) -> Result<(String, u64), IntakeError> {
        let Self { source, path, columnar, .. } = self;
        let fail = |source| IntakeError::Read { path: path.clone(), source };
        let finished = source.finish().map_err(fail)?;
        let same = columnar.is_none_or(|it| it.is_unchanged(&path).unwrap_or(false));
        finished.filter(|_| same).ok_or(IntakeError::Changed { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
