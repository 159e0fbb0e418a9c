//! The command line of the distributed tally.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use revshare::book::read_contracts;
use revshare::calendar::Period;
use revshare::fact::{Lens, Table};
use revshare::warehouse::{Dialect, Query, added};
use revshare_distributed::cluster::{self, Cluster, Executor};
use revshare_distributed::engine::Engine;
use revshare_distributed::{Trouble, lines, tally};

/// Makes a tally of many lines on many machines, for `revshare import`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make the tally of a book's contracts from files of lines.
    Tally(Box<TallyArgs>),
    /// Serve as scheduler.
    Scheduler {
        /// Where to listen; whoever reaches it may run anything.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// End with the process that holds the other end of the standard input.
        #[arg(long)]
        with_parent: bool,
    },
    /// Serve as executor.
    Executor {
        /// Where the scheduler listens.
        #[arg(long)]
        scheduler: SocketAddr,
        /// The address that the scheduler and the other executors reach this one at.
        #[arg(long, default_value = "127.0.0.1")]
        host: Ipv4Addr,
        /// Tasks at a time.
        #[arg(long, default_value_t = 1)]
        tasks: usize,
        /// Bytes of memory before it goes to disk.
        #[arg(long, default_value_t = 4 << 30)]
        memory: u64,
        /// A folder of its own, to go to disk.
        #[arg(long)]
        work: PathBuf,
        /// End with the process that holds the other end of the standard input.
        #[arg(long)]
        with_parent: bool,
    },
}

#[derive(Args)]
struct TallyArgs {
    /// The directory of the book: its contracts say what is kept apart.
    book: PathBuf,
    /// Files of lines, or folders of them; CSV or Parquet in the columns of revshare.
    #[arg(required = true)]
    lines: Vec<PathBuf>,
    /// The file to write; its name begins with tally-sales, tally-costs or tally-usage.
    #[arg(long)]
    out: PathBuf,
    /// What the lines are.
    #[arg(long, default_value = "sales", value_parser = ["sales", "costs", "usage"])]
    of: String,
    /// Only what happened in this month or quarter.
    #[arg(long)]
    period: Option<Period>,
    /// The feed.
    #[arg(long, default_value = "own")]
    source: String,
    /// Which state of the lines; by default the names and sizes of the files.
    #[arg(long)]
    snapshot: Option<String>,
    /// Take a field from an expression: FIELD=SQL.
    #[arg(long, value_parser = setting)]
    set: Vec<(String, String)>,
    /// Run the statements of `revshare sql --dialect datafusion --format json --table
    /// revshare_input`, without --out, instead of making them.
    #[arg(long)]
    statements: Option<PathBuf>,
    /// Use the cluster of this scheduler instead of starting one on the loopback.
    #[arg(long)]
    scheduler: Option<SocketAddr>,
    /// Use this process alone, on so many threads.
    #[arg(long, conflicts_with = "scheduler")]
    here: Option<usize>,
    /// How many executors to start.
    #[arg(long, default_value_t = 2)]
    executors: usize,
    /// Tasks at a time, of each executor.
    #[arg(long, default_value_t = 1)]
    tasks: usize,
    /// Bytes of memory of each executor, before it goes to disk.
    #[arg(long, default_value_t = 4 << 30)]
    memory: u64,
    /// Into how many parts the work is cut; by default two for each task at a time.
    #[arg(long)]
    parts: Option<usize>,
    /// How many seconds a job may take on a cluster.
    #[arg(long, default_value_t = 3600)]
    patience: u64,
    /// A folder that all executors share, for what lies between the steps; by default one beside the
    /// file that is written.
    #[arg(long)]
    work: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Plans nest deeply, and so do the functions that walk them.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(32 << 20)
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(async {
            let verb = tokio::spawn(run(arguments.verb));
            verb.await.unwrap_or_else(|error| Err(Trouble::Cluster(error.to_string())))
        }),
        Err(error) => Err(Trouble::Cluster(error.to_string())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("error: {trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run(verb: Verb) -> Result<(), Trouble> {
    match verb {
        Verb::Tally(args) => make(*args).await,
        Verb::Scheduler { listen, with_parent } => {
            end_with_parent(with_parent);
            cluster::serve_scheduler(listen).await
        }
        Verb::Executor { scheduler, host, tasks, memory, work, with_parent } => {
            end_with_parent(with_parent);
            cluster::serve_executor(Executor { scheduler, host, tasks, memory, work }).await
        }
    }
}

async fn make(args: TallyArgs) -> Result<(), Trouble> {
    let parent = args.work.clone().or_else(|| args.out.parent().map(PathBuf::from));
    let parent = parent.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".into());
    let work = parent
        .canonicalize()
        .and_then(|parent| tempfile::Builder::new().prefix(".revshare-tally-").tempdir_in(parent));
    let work = work.map_err(|source| Trouble::File { path: parent, source })?;
    let (engine, _cluster) = engine(&args, work.path())?;
    let table = Table::ALL.into_iter().find(|table| table.as_str() == args.of);
    let table = table.unwrap_or(Table::Sales);
    added(table).map_err(|error| Trouble::Input(error.to_string()))?;
    let files = lines::find(table, &args.lines)?;
    let columns = lines::view(engine.context(), table, &files).await?;
    let statements = match &args.statements {
        Some(path) => printed(path)?,
        None => written(&args, table, &files, columns)?,
    };
    let steps = tally::make(&engine, &statements, args.period, work.path(), &args.out).await?;
    for step in steps {
        let (name, rows, files) = (&step.name, step.rows(), step.files.len());
        let again = if step.attempts > 1 { ", begun again" } else { "" };
        eprintln!("{name}: {rows} rows in {files} files, {:.2} s{again}", step.took.as_secs_f64());
    }
    Ok(())
}

fn engine(args: &TallyArgs, work: &std::path::Path) -> Result<(Engine, Option<Cluster>), Trouble> {
    if let Some(threads) = args.here {
        let memory = usize::try_from(args.memory).unwrap_or(usize::MAX);
        let engine = Engine::here(threads, memory).map_err(|source| Trouble::Engine {
            step: "the session".to_owned(),
            source: Box::new(source),
        })?;
        return Ok((engine, None));
    }
    let patience = Duration::from_secs(args.patience);
    let parts = args.parts.unwrap_or(2 * args.executors * args.tasks);
    if let Some(scheduler) = args.scheduler {
        return Ok((Engine::cluster(&scheduler.to_string(), parts, patience), None));
    }
    let program = std::env::current_exe().map_err(|error| Trouble::Cluster(error.to_string()))?;
    let cluster = Cluster::start(&program, args.executors, args.tasks, args.memory, work)?;
    Ok((Engine::cluster(&cluster.scheduler.to_string(), parts, patience), Some(cluster)))
}

fn written(
    args: &TallyArgs,
    table: Table,
    files: &[PathBuf],
    columns: Vec<String>,
) -> Result<Vec<String>, Trouble> {
    let snapshot = match &args.snapshot {
        Some(snapshot) => snapshot.clone(),
        None => lines::described(files)?,
    };
    let query = Query {
        source: args.source.clone(),
        period: args.period,
        columns,
        set: args.set.clone(),
        snapshot,
        ..Query::new(Dialect::DataFusion, table, lines::VIEW)
    };
    query.check().map_err(|error| Trouble::Input(error.to_string()))?;
    let contracts = read_contracts(&args.book)?;
    Ok(query.statements(&Lens::of(&contracts), &contracts))
}

fn printed(path: &std::path::Path) -> Result<Vec<String>, Trouble> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Trouble::File { path: path.to_owned(), source })?;
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Trouble::Input(error.to_string()))?;
    let statements = document["statements"].as_array().into_iter().flatten();
    Ok(statements.filter_map(|it| it.as_str().map(str::to_owned)).collect())
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (field, expression) = text.split_once('=').ok_or("write FIELD=EXPRESSION")?;
    Ok((field.trim().to_owned(), expression.trim().to_owned()))
}

/// A child whose parent is gone has nobody to work for.
fn end_with_parent(with_parent: bool) {
    if with_parent {
        std::thread::spawn(|| {
            // Whatever comes, comes to an end with the parent.
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(0);
        });
    }
}
