//! `stress`: random months thrown at a contract, on as many threads as there are.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use indicatif::ProgressBar;

use super::args::{Format, StressArgs};
use super::console::{Console, Failure};
use crate::book::{BookError, read_contract_file};
use crate::contract::Contract;
use crate::stress::{ConcernKind, Plan, Report, Seen, Stress};

pub(super) fn stress(console: &Console, args: &StressArgs) -> Result<(), Failure> {
    let contract = read_contract_file(&args.file, &args.file.display().to_string())?;
    let usual = Plan::of(&contract);
    let plan = Plan {
        seed: args.seed,
        worlds: args.worlds.unwrap_or(usual.worlds),
        months: args.months.unwrap_or(usual.months),
        volume: args.volume.unwrap_or(usual.volume),
        quantity: args.quantity.unwrap_or(usual.quantity),
    };
    let report = thrown(console, &contract, &plan, args.threads);
    match console.format {
        Format::Text => console.answer(&report.to_string())?,
        Format::Json => console.answer(&format!("{:#}", serde_json::json!(report)))?,
    }
    if let Some(out) = &args.out {
        write(out, &contract, &report)?;
        console.note(&told(out, &report));
    }
    let broken = report.concerns.iter().any(|each| each.kind == ConcernKind::LawBroken);
    if broken || (args.strict && !report.concerns.is_empty()) {
        return Err(Failure::Refused);
    }
    Ok(())
}

fn thrown(console: &Console, contract: &Contract, plan: &Plan, threads: Option<usize>) -> Report {
    let stress = Stress::new(contract, plan);
    let usual = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = threads.unwrap_or_else(usual).max(1);
    let bar = console.bar(u64::from(plan.worlds), "stretches of months");
    let seen = looked(&stress, plan, threads, &bar);
    bar.set_message("looking for the smallest examples");
    let report = stress.report(&seen);
    bar.finish_and_clear();
    report
}

/// Every stretch, in whatever order the threads come to it.
fn looked(stress: &Stress<'_>, plan: &Plan, threads: usize, bar: &ProgressBar) -> Vec<Seen> {
    let (next, seen) = (AtomicU32::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let world = next.fetch_add(1, Ordering::Relaxed);
            if world >= plan.worlds {
                return;
            }
            let one = stress.look(world);
            seen.lock().expect("no thread panics while it holds the list").push(one);
            bar.inc(1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    seen.into_inner().expect("no thread panics while it holds the list")
}

/// Every example as a book of its own, which `run` settles: `1-earns-less-with`.
fn write(out: &Path, contract: &Contract, report: &Report) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| BookError::File { path, source }
    };
    for (at, concern) in report.concerns.iter().enumerate() {
        for example in &concern.examples {
            let book = out.join(format!("{}-{}-{}", at + 1, concern.kind.as_str(), example.name));
            fs::create_dir_all(&book).map_err(failed(&book))?;
            let files = example.files.iter().map(|file| (file.name.as_str(), &*file.text));
            for (name, text) in files.chain([("contract.toml", &*contract.source)]) {
                let path = book.join(name);
                fs::write(&path, text).map_err(failed(&path))?;
            }
        }
    }
    Ok(())
}

fn told(out: &Path, report: &Report) -> String {
    let examples = || report.concerns.iter().flat_map(|concern| &concern.examples);
    match examples().next() {
        None => "no concern has an example: nothing was written".to_owned(),
        Some(first) => format!(
            "wrote {} books below {}: settle one with `revshare run {}/NAME --through {}`",
            examples().count(),
            out.display(),
            out.display(),
            first.through
        ),
    }
}
