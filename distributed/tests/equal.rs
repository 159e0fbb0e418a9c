//! The law of this package: the tally is the same byte for byte wherever it is made, and the same sum
//! for sum as revshare's own; or there is none.
//!
//! Every test starts real processes: a scheduler and executors that speak TCP over the loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use revshare::calendar::Period;
use revshare::fact::{Lens, Table};
use revshare::generate::{Plan, Shares, generate};
use revshare::warehouse::{Dialect, Query};
use revshare_distributed::cluster::Cluster;
use revshare_distributed::engine::Engine;
use revshare_distributed::{Trouble, lines, same, tally};

const PROGRAM: &str = env!("CARGO_BIN_EXE_revshare-distributed");
const MEMORY: u64 = 1 << 30;
/// Longer than any job here takes, and shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(120);

const CONTRACT: &str = r#"
id = "much"
currency = "USD"
timezone = "America/Los_Angeles"
[parties]
vendor = "V"
platform = "P"
[[schedule]]
id = "all"
seller = "platform"
[[schedule.terms]]
effective = 2020-01-01
basis = "net-sales"
split = { vendor = "40%", platform = "rest" }
"#;

/// A month with everything that is out of the ordinary, spread over files.
fn month(dir: &Path, lines: u64, files: u64) {
    let share = |text: &str| text.parse().expect("a share");
    let month: Period = "2026-10".parse().expect("a month");
    let shares = Shares {
        refunds: share("5%"),
        duplicates: share("3%"),
        conflicts: share("1%"),
        late: share("2%"),
        bad: share("1%"),
    };
    let plan = Plan { lines, seed: 7, files, refs: true, shares, ..Plan::new(month) };
    fs::create_dir_all(dir).expect("a folder");
    for written in generate(&plan, dir, &mut |_| ()).expect("a month") {
        without_ragged_rows(&dir.join(written.path));
    }
}

/// Rows of another number of fields than the header are no rows of a table.
fn without_ragged_rows(path: &Path) {
    let text = fs::read_to_string(path).expect("a file");
    let reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> =
        reader.into_records().collect::<Result<_, _>>().expect("rows");
    let mut kept = csv::Writer::from_path(path).expect("a file");
    for row in rows.iter().filter(|row| row.len() == rows[0].len()) {
        kept.write_record(row).expect("a row");
    }
    kept.flush().expect("a file");
}

/// A book that has the tally in place of the lines.
fn book_of_tally(lines: &Path, tally: &Path, book: &Path) {
    fs::create_dir_all(book).expect("a folder");
    for name in ["contract.toml", "costs.csv", "fx.csv"] {
        if lines.join(name).exists() {
            fs::copy(lines.join(name), book.join(name)).expect("a copy");
        }
    }
    fs::copy(tally, book.join("tally-sales.csv")).expect("a copy");
}

fn made(book: &Path, from: &Path, out: &Path, more: &[&str]) -> Result<(), String> {
    let mut command = Command::new(PROGRAM);
    command.arg("tally").arg(book).arg(from).arg("--out").arg(out).args(more);
    command.args(["--patience", "120"]);
    let done = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    eprintln!("{}\n{said}", more.join(" "));
    if done.status.success() { Ok(()) } else { Err(said) }
}

fn assert_same(lines: &Path, tally: &Path) {
    let own = same::sums(lines, Table::Sales).expect("the lines are imported");
    let theirs = same::sums(tally, Table::Sales).expect("the tally is imported");
    let different = same::differences(&own, &theirs);
    assert!(different.is_empty(), "own / from the tally:\n{}", different.join("\n"));
    assert!(!own.is_empty());
}

#[test]
fn a_month_adds_up_to_the_same_everywhere() {
    let place = tempfile::tempdir().expect("a folder");
    let lines = place.path().join("lines");
    month(&lines, 120_000, 3);
    let one = place.path().join("tally-sales-1.csv");
    made(&lines, &lines, &one, &["--here", "2"]).expect("a tally in one process");
    let bytes = fs::read(&one).expect("a file");
    for (name, more) in [
        ("tally-sales-2.csv", ["--executors", "2", "--parts", "5"]),
        ("tally-sales-3.csv", ["--executors", "1", "--parts", "2"]),
    ] {
        let out = place.path().join(name);
        made(&lines, &lines, &out, &more).expect("a tally on a cluster");
        assert!(bytes == fs::read(&out).expect("a file"), "{name} differs from the one process");
    }
    let book = place.path().join("book");
    book_of_tally(&lines, &one, &book);
    assert_same(&lines, &book);
    let own = same::statements(&lines).expect("the lines settle");
    assert_eq!(own, same::statements(&book).expect("the tally settles"));
    assert!(!own.is_empty());
}

#[test]
fn only_a_month_of_it() {
    let place = tempfile::tempdir().expect("a folder");
    let lines = place.path().join("lines");
    month(&lines, 20_000, 1);
    for period in ["2026-09", "2026-10"] {
        let [one, other] = ["here", "there"].map(|name| place.path().join(format!("{name}.csv")));
        made(&lines, &lines, &one, &["--here", "1", "--period", period]).expect("a tally");
        made(&lines, &lines, &other, &["--executors", "2", "--period", period]).expect("a tally");
        assert!(fs::read(&one).expect("a file") == fs::read(&other).expect("a file"), "{period}");
    }
}

/// Deep plans need deep stacks.
fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().thread_stack_size(32 << 20).build().expect("a runtime");
    runtime.block_on(work)
}

async fn statements(engine: &Engine, book: &Path, from: &Path) -> Result<Vec<String>, Trouble> {
    let files = lines::find(Table::Sales, &[from.to_owned()])?;
    let columns = lines::view(engine.context(), Table::Sales, &files).await?;
    let query = Query { columns, ..Query::new(Dialect::DataFusion, Table::Sales, lines::VIEW) };
    let contracts = revshare::book::read_contracts(book)?;
    Ok(query.statements(&Lens::of(&contracts), &contracts))
}

fn files_in(folder: &Path) -> usize {
    folder.read_dir().map_or(0, Iterator::count)
}

#[test]
fn an_executor_that_dies_costs_no_row() {
    let place = tempfile::tempdir().expect("a folder");
    let lines = place.path().join("lines");
    month(&lines, 300_000, 4);
    let due = place.path().join("due.csv");
    let engine = Engine::here(2, 1 << 30).expect("an engine");
    let work = place.path().join("here");
    run(async {
        let statements = statements(&engine, &lines, &lines).await?;
        tally::make(&engine, &statements, None, &work, &due).await
    })
    .expect("a tally in one process");
    let due = fs::read(&due).expect("a file");

    let mut exact = 0;
    for step in ["revshare_lines", "revshare_contents", "revshare_facts", "revshare_placed"] {
        let folder = place.path().join(format!("dies-in-{step}"));
        fs::create_dir_all(&folder).expect("a folder");
        let program = Path::new(PROGRAM);
        let mut cluster = Cluster::start(program, 2, 1, MEMORY, &folder).expect("a cluster");
        let victim = cluster.executors()[0];
        let engine = Engine::cluster(&cluster.scheduler.to_string(), 8, PATIENCE);
        let (work, out) = (folder.join("work"), folder.join("tally.csv"));
        let watched = work.join(step);
        let killer = std::thread::spawn(move || {
            let began = Instant::now();
            // The first of eight parts is being written: the step is in the middle.
            while files_in(&watched) == 0 && began.elapsed() < Duration::from_secs(120) {
                std::thread::sleep(Duration::from_millis(1));
            }
            cluster.kill(0).expect("it is killed");
            cluster
        });
        let done = run(async {
            let statements = statements(&engine, &lines, &lines).await?;
            tally::make(&engine, &statements, None, &work, &out).await
        });
        let cluster = killer.join().expect("the killer ends");
        match done {
            Ok(steps) => {
                assert!(due == fs::read(&out).expect("a file"), "killed in {step}: another tally");
                let again: usize = steps.iter().map(|step| step.attempts - 1).sum();
                let took: f64 = steps.iter().map(|step| step.took.as_secs_f64()).sum();
                eprintln!("killed in {step}: exact, {again} steps begun again, {took:.1} s");
                exact += 1;
            }
            Err(trouble) => {
                assert!(!out.exists(), "killed in {step}: failed, and left a tally");
                eprintln!("killed in {step}: {trouble}");
            }
        }
        assert!(!cluster.executors().is_empty() && victim > 0);
    }
    assert!(exact > 0, "no kill was survived");
}

#[test]
fn both_executors_work() {
    let place = tempfile::tempdir().expect("a folder");
    let lines = place.path().join("lines");
    month(&lines, 100_000, 4);
    let program = Path::new(PROGRAM);
    let cluster = Cluster::start(program, 2, 1, MEMORY, place.path()).expect("a cluster");
    let engine = Engine::cluster(&cluster.scheduler.to_string(), 4, PATIENCE);
    let (work, out) = (place.path().join("work"), place.path().join("tally.csv"));
    let steps = run(async {
        let statements = statements(&engine, &lines, &lines).await?;
        tally::make(&engine, &statements, None, &work, &out).await
    })
    .expect("a tally");
    let written_by = |process: &u32| {
        let files = steps.iter().flat_map(|step| &step.files);
        let begin = format!("{process}-");
        files.filter(|kept| name(&kept.file).starts_with(&begin)).count()
    };
    let each: Vec<usize> = cluster.executors().iter().map(written_by).collect();
    assert!(each.iter().all(|files| *files > 0), "files written by each: {each:?}");
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// 200 amounts of 28 digits: DataFusion adds `DECIMAL(38,10)` in 128 bits, which wrap, and says
/// nothing. If this fails because the narrow sum is right or refused, the engine has been mended.
#[test]
fn narrow_sums_wrap_and_ours_do_not() {
    let place = tempfile::tempdir().expect("a folder");
    let lines_dir = place.path().join("lines");
    fs::create_dir_all(&lines_dir).expect("a folder");
    fs::write(lines_dir.join("contract.toml"), CONTRACT).expect("a file");
    let mut text = "id,time,kind,product,channel,amount,currency\n".to_owned();
    for number in 0..200 {
        text += &format!("r{number},2026-10-05,charge,p,c,9999999999999999999999999999,USD\n");
    }
    fs::write(lines_dir.join("sales.csv"), text).expect("a file");
    let due = "1999999999999999999999999999800";

    let program = Path::new(PROGRAM);
    let cluster = Cluster::start(program, 2, 1, MEMORY, place.path()).expect("a cluster");
    for engine in [
        Engine::here(2, 1 << 30).expect("an engine"),
        Engine::cluster(&cluster.scheduler.to_string(), 4, PATIENCE),
    ] {
        let sum = |narrow: &str| {
            let query = format!(
                "SELECT CAST(SUM(CAST(amount AS {narrow})) AS VARCHAR) FROM {}",
                lines::VIEW
            );
            run(async {
                let files = lines::find(Table::Sales, std::slice::from_ref(&lines_dir))?;
                lines::view(engine.context(), Table::Sales, &files).await?;
                let plan = engine.plan(&query).await.map_err(broken)?;
                let batches = engine.run(plan).await.map_err(broken)?;
                let full = batches.iter().find(|batch| batch.num_rows() > 0).expect("a row");
                let text =
                    datafusion::arrow::util::display::array_value_to_string(full.column(0), 0);
                Ok::<String, Trouble>(text.expect("a text"))
            })
            .expect("a sum")
        };
        assert_eq!(sum("DECIMAL(38,10)"), "-7665964833536934433910184047.4324475904");
        assert_eq!(sum("DECIMAL(50,0)"), due);
    }

    let out = place.path().join("tally-sales.csv");
    made(&lines_dir, &lines_dir, &out, &["--executors", "2"]).expect("a tally");
    assert!(fs::read_to_string(&out).expect("a file").contains(due));
    let book = place.path().join("book");
    book_of_tally(&lines_dir, &out, &book);
    assert_same(&lines_dir, &book);
}

fn broken(source: datafusion::error::DataFusionError) -> Trouble {
    Trouble::Engine { step: "the test".to_owned(), source: Box::new(source) }
}

#[test]
fn files_as_they_come() {
    let place = tempfile::tempdir().expect("a folder");
    let lines_dir = place.path().join("lines");
    fs::create_dir_all(&lines_dir).expect("a folder");
    fs::write(lines_dir.join("contract.toml"), CONTRACT).expect("a file");
    let one = "\u{feff}id,time,kind,product,channel,amount,currency\r\n\
               a,2026-10-31T23:30:00-07:00,charge,p,c,1.50,USD\r\nb,2026-10-05,charge,p,c,x,USD\r\n";
    let other = "id,time,kind,product,channel,region,amount,currency,ref\n\
                 c,2026-11-02,refund,p,c,north,-0.50,USD,a\n\
                 d,2026-10-05,charge,\"p,\n\"\"q\"\"\",c,,2,USD,\nc,2026-11-02,refund,p,c,south,-0.50,USD,a\n";
    fs::write(lines_dir.join("sales-1.csv"), one).expect("a file");
    fs::write(lines_dir.join("sales-2.csv"), other).expect("a file");
    let out = place.path().join("tally-sales.csv");
    made(&lines_dir, &lines_dir, &out, &["--executors", "2"]).expect("a tally");
    let book = place.path().join("book");
    book_of_tally(&lines_dir, &out, &book);
    assert_same(&lines_dir, &book);

    // The same rows as Parquet.
    let parquet = place.path().join("parquet");
    fs::create_dir_all(&parquet).expect("a folder");
    let engine = Engine::here(1, 1 << 30).expect("an engine");
    run(async {
        let files = lines::find(Table::Sales, std::slice::from_ref(&lines_dir))?;
        lines::view(engine.context(), Table::Sales, &files).await?;
        let path = parquet.join("sales.parquet");
        let copy = format!("COPY {} TO '{}' STORED AS PARQUET", lines::VIEW, path.display());
        let done = engine.context().sql(&copy).await.map_err(broken)?;
        done.collect().await.map_err(broken)?;
        Ok::<(), Trouble>(())
    })
    .expect("a Parquet file");
    let out: PathBuf = place.path().join("tally-sales-parquet.csv");
    made(&lines_dir, &parquet, &out, &["--executors", "2"]).expect("a tally");
    let book = place.path().join("book-parquet");
    book_of_tally(&lines_dir, &out, &book);
    assert_same(&lines_dir, &book);
}

#[test]
fn what_cannot_be_read_in_one_way_is_refused() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("contract.toml"), CONTRACT).expect("a file");
    let out = place.path().join("tally-sales.csv");
    for (name, text, why) in [
        ("sales-twice.csv", "id,time,id\n", "stands twice"),
        ("sales.csv.gz", "", "only plain"),
        ("sales-empty.csv", "", "no header"),
    ] {
        let file = place.path().join(name);
        fs::write(&file, text).expect("a file");
        let refused = made(place.path(), &file, &out, &["--here", "1"]).expect_err("it is refused");
        assert!(refused.contains(why), "{refused}");
    }
    let refused = made(place.path(), &place.path().join("none"), &out, &["--here", "1"]);
    assert!(refused.is_err() && !out.exists());
}

#[test]
fn a_join_that_sends_a_side_whole_never_gets_to_a_cluster() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("sales.csv");
    fs::write(&file, "id,product\na,p\n").expect("a file");
    // Nothing is asked of the scheduler, so there need not be one.
    let engine = Engine::cluster("127.0.0.1:1", 4, PATIENCE);
    let view = lines::VIEW;
    run(async {
        lines::view(engine.context(), Table::Sales, &[file]).await.expect("a view");
        let unequal = format!("SELECT a.id FROM {view} a JOIN {view} b ON a.id < b.id");
        let refused = engine.plan(&unequal).await.expect_err("it is refused");
        assert!(refused.to_string().contains("whole to every task"), "{refused}");
        let equal = format!("SELECT a.id FROM {view} a LEFT JOIN {view} b ON a.id = b.id");
        engine.plan(&equal).await.expect("both sides are divided by the key");
    });
}
