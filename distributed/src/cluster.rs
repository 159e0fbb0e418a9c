//! A scheduler and executors: as services of their own, or as children on the loopback that end with
//! the process that started them.
//!
//! Ballista asks nobody who they are: whoever reaches a port may run anything. So services listen on
//! the loopback unless another address is named, which belongs on a closed network.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::health::ExecutorHealth;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

use crate::Trouble;
use crate::wire::Wire;

/// How often an executor says that it lives, and how long its silence is waited out.
const HEARTBEAT: Duration = Duration::from_secs(2);
const SILENCE: Duration = Duration::from_secs(20);
/// How long a child may take to be ready.
const START: Duration = Duration::from_secs(60);

/// An executor as it is started.
#[derive(Clone, Debug)]
pub struct Executor {
    /// Where the scheduler listens.
    pub scheduler: SocketAddr,
    /// The address that others reach it at.
    pub host: Ipv4Addr,
    /// How many tasks at a time.
    pub tasks: usize,
    /// Bytes of memory, before it goes to disk.
    pub memory: u64,
    /// Where it goes to disk.
    pub work: PathBuf,
}

/// Serves as scheduler until it is ended. Prints the address that it listens at.
///
/// # Errors
/// If the address cannot be had, or the service fails.
pub async fn serve_scheduler(address: SocketAddr) -> Result<(), Trouble> {
    let fail = |error: &dyn std::fmt::Display| Trouble::Cluster(format!("scheduler: {error}"));
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| fail(&error))?;
    let address = listener.local_addr().map_err(|error| fail(&error))?;
    let config = SchedulerConfig {
        bind_host: address.ip().to_string(),
        external_host: address.ip().to_string(),
        bind_port: address.port(),
        scheduling_policy: TaskSchedulingPolicy::PushStaged,
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: SILENCE.as_secs(),
        no_executors_grace_period_seconds: SILENCE.as_secs(),
        expire_dead_executor_interval_seconds: HEARTBEAT.as_secs(),
        override_physical_codec: Some(Arc::new(Wire::default())),
        ..SchedulerConfig::default()
    };
    let config = Arc::new(config);
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|error| fail(&error))?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config);
    let scheduler = scheduler.await.map_err(|error| fail(&error))?;
    println!("{address}");
    start_grpc_service_with_listener(listener, scheduler).await.map_err(|error| fail(&error))
}

/// Serves as executor until it is ended. Prints a line when the scheduler knows it.
///
/// # Errors
/// If it cannot start, or the scheduler does not answer.
pub async fn serve_executor(executor: Executor) -> Result<(), Trouble> {
    let fail = |error: &dyn std::fmt::Display| Trouble::Cluster(format!("executor: {error}"));
    let free = || free_port(executor.host).map_err(|error| fail(&error));
    let health = ExecutorHealth::new();
    let config = ExecutorProcessConfig {
        bind_host: executor.host.to_string(),
        external_host: Some(executor.host.to_string()),
        port: free()?,
        grpc_port: free()?,
        scheduler_host: executor.scheduler.ip().to_string(),
        scheduler_port: executor.scheduler.port(),
        scheduler_connect_timeout_seconds: START.as_secs() as u16,
        vcores: executor.tasks,
        task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
        work_dir: Some(executor.work.to_string_lossy().into_owned()),
        executor_heartbeat_interval_seconds: HEARTBEAT.as_secs(),
        memory_pool_size: Some(executor.memory),
        override_physical_codec: Some(Arc::new(Wire::default())),
        health: health.clone(),
        ..ExecutorProcessConfig::default()
    };
    tokio::spawn(async move {
        while !health.is_ready() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("ready");
    });
    start_executor_process(Arc::new(config)).await.map_err(|error| fail(&error))
}

fn free_port(host: Ipv4Addr) -> std::io::Result<u16> {
    Ok(TcpListener::bind((host, 0))?.local_addr()?.port())
}

/// A scheduler and executors on the loopback, each a process, ended when this is dropped.
pub struct Cluster {
    /// Where the scheduler listens.
    pub scheduler: SocketAddr,
    /// The scheduler and then the executors.
    children: Vec<(Child, Option<ChildStdin>)>,
}

impl Cluster {
    /// Starts so many executors of so many tasks and bytes each. `program` is this package's; the
    /// folder gets what they keep and their logs.
    ///
    /// # Errors
    /// If one of them does not start.
    pub fn start(
        program: &Path,
        executors: usize,
        tasks: usize,
        memory: u64,
        folder: &Path,
    ) -> Result<Self, Trouble> {
        let mut command = Command::new(program);
        command.args(["scheduler", "--with-parent"]);
        let (scheduler, said) = child(command, folder, "scheduler")?;
        let scheduler_at = said.trim().parse();
        let mut cluster =
            Self { scheduler: (Ipv4Addr::LOCALHOST, 0).into(), children: vec![scheduler] };
        cluster.scheduler =
            scheduler_at.map_err(|_| Trouble::Cluster(format!("the scheduler said {said:?}")))?;
        for number in 1..=executors {
            let mut command = Command::new(program);
            let work = folder.join(format!("executor-{number}"));
            command.args(["executor", "--with-parent", "--scheduler"]);
            command.arg(cluster.scheduler.to_string()).arg("--work").arg(&work);
            command.args(["--tasks", &tasks.to_string(), "--memory", &memory.to_string()]);
            std::fs::create_dir_all(&work).map_err(|error| Trouble::file(&work, error))?;
            let (executor, _) = child(command, folder, &format!("executor-{number}"))?;
            cluster.children.push(executor);
        }
        Ok(cluster)
    }

    /// The process of each executor.
    pub fn executors(&self) -> Vec<u32> {
        self.children.iter().skip(1).map(|(child, _)| child.id()).collect()
    }

    /// Kills an executor, counted from 0, without a word to it.
    ///
    /// # Errors
    /// If there is no such executor, or the machine refuses.
    pub fn kill(&mut self, executor: usize) -> std::io::Result<()> {
        let (child, _) = self.children.get_mut(executor + 1).ok_or(std::io::ErrorKind::NotFound)?;
        child.kill()?;
        child.wait().map(|_| ())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for (child, _) in self.children.iter_mut().rev() {
            // It may have ended by itself; there is nobody to tell.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Starts a child and waits for its first line.
fn child(
    mut command: Command,
    folder: &Path,
    name: &str,
) -> Result<((Child, Option<ChildStdin>), String), Trouble> {
    let log = folder.join(format!("{name}.log"));
    let errors = std::fs::File::create(&log).map_err(|error| Trouble::file(&log, error))?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
    let mut child =
        command.spawn().map_err(|error| Trouble::Cluster(format!("{name}: {error}")))?;
    let stdin = child.stdin.take();
    let (tell, told) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            // If nobody waits any more, it is too late anyway.
            let _ = tell.send(read.map(|_| line));
        });
    }
    match told.recv_timeout(START) {
        Ok(Ok(line)) if !line.is_empty() => Ok(((child, stdin), line)),
        _ => {
            let _ = child.kill();
            let _ = child.wait();
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            Err(Trouble::Cluster(format!("{name} did not start: {}", said.trim())))
        }
    }
}
