//! Where a plan runs: in this process, or on a cluster.
//!
//! Both plan alike. A cluster is given plans that were made here, so that what is not safe across
//! machines never gets there: a join must divide both of its sides by the same key. (A join that
//! sends one side whole to every task is where engines of this kind gave wrong rows before.)

use std::sync::Arc;
use std::time::Duration;

use ballista_core::execution_plans::execute_physical_plan;
use ballista_core::extension::SessionConfigExt;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, exec_err, internal_datafusion_err, not_impl_err};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::joins::{
    CrossJoinExec, HashJoinExec, NestedLoopJoinExec, PartitionMode,
};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::TryStreamExt;

use crate::wire::Wire;

/// An engine and its session.
pub struct Engine {
    context: SessionContext,
    /// Where the scheduler listens; none for this process alone.
    scheduler: Option<String>,
    /// How long a job may take on a cluster; one that never ends must not be waited for for ever.
    patience: Duration,
}

impl Engine {
    /// This process, so many threads and bytes of memory before it goes to disk.
    ///
    /// # Errors
    /// If the machine refuses.
    pub fn here(threads: usize, memory: usize) -> Result<Self> {
        let config = SessionConfig::new().with_target_partitions(threads);
        let pool = Arc::new(FairSpillPool::new(memory));
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        Ok(Self { context, scheduler: None, patience: Duration::MAX })
    }

    /// A cluster by the address of its scheduler, `127.0.0.1:50050`. The work is cut into so many
    /// parts; a job that takes longer than `patience` has failed.
    pub fn cluster(scheduler: &str, parts: usize, patience: Duration) -> Self {
        let config = SessionConfig::new_with_ballista()
            // With one part a plan may leave out what divides a join.
            .with_target_partitions(parts.max(2))
            .with_ballista_broadcast_join_threshold_bytes(0)
            .with_ballista_broadcast_join_threshold_rows(0)
            .set_u64("datafusion.optimizer.hash_join_single_partition_threshold", 0)
            .set_u64("datafusion.optimizer.hash_join_single_partition_threshold_rows", 0)
            .set_bool("datafusion.optimizer.prefer_hash_join", true);
        let context = SessionContext::new_with_config(config);
        Self { context, scheduler: Some(format!("http://{scheduler}")), patience }
    }

    /// The session: tables, views, settings.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The plan of a query.
    ///
    /// # Errors
    /// If the engine cannot plan it, or it is not safe on a cluster.
    pub async fn plan(&self, query: &str) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.context.sql(query).await?.create_physical_plan().await?;
        if self.scheduler.is_some() {
            divides_its_joins(&plan)?;
        }
        Ok(plan)
    }

    /// Runs a plan to its end.
    ///
    /// # Errors
    /// What the engine refused or failed at.
    pub async fn run(&self, plan: Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>> {
        let Some(scheduler) = &self.scheduler else {
            return collect(plan, self.context.task_ctx()).await;
        };
        let config = self.context.copied_config();
        let (ballista, wire) = (config.ballista_config(), Wire::default());
        let job = async {
            let session = self.context.session_id();
            let (to, config) = (scheduler.clone(), config.clone());
            let stream = execute_physical_plan::<PhysicalPlanNode>(
                to, &ballista, plan, &wire, session, config,
            );
            stream.await?.try_collect().await
        };
        match tokio::time::timeout(self.patience, job).await {
            Ok(done) => done,
            Err(_) => exec_err!("a job did not end within {} s", self.patience.as_secs()),
        }
    }

    /// Runs a plan that is a union under an order, as the tally is, and gives its rows in any order. On a
    /// cluster each member of the union is a job of its own.
    ///
    /// As one job, members that read no table (the provenance is such) and members that do are tasks of
    /// one stage, which does not come to an end.
    ///
    /// # Errors
    /// What the engine refused or failed at.
    pub async fn run_union(&self, plan: Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>> {
        let mut node = &plan;
        while !node.is::<UnionExec>() {
            match node.children().as_slice() {
                [child] if self.scheduler.is_some() && orders(node) => node = child,
                _ => return self.run(plan).await,
            }
        }
        let mut batches = Vec::new();
        for member in node.children() {
            batches.extend(match reads_a_table(member)? {
                true => self.run(Arc::clone(member)).await?,
                false => collect(Arc::clone(member), self.context.task_ctx()).await?,
            });
        }
        Ok(batches)
    }

    /// The one row of whole numbers that a query gives; nothing counts as 0.
    ///
    /// # Errors
    /// If the engine fails or the answer is another.
    pub async fn numbers(&self, query: &str) -> Result<Vec<u64>> {
        let batches = self.run(self.plan(query).await?).await?;
        let mut rows = batches.iter().filter(|batch| batch.num_rows() > 0);
        let (Some(batch), None) = (rows.next(), rows.next()) else {
            return Err(internal_datafusion_err!("not one row: {query}"));
        };
        let number = |column: &Arc<dyn datafusion::arrow::array::Array>| {
            let text = datafusion::arrow::util::display::array_value_to_string(column, 0)?;
            if text.is_empty() {
                return Ok(0);
            }
            text.parse().map_err(|_| internal_datafusion_err!("{text} is no count: {query}"))
        };
        batch.columns().iter().map(number).collect()
    }
}

/// Does it only put rows in order?
fn orders(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.is::<SortExec>() || plan.is::<SortPreservingMergeExec>()
}

fn reads_a_table(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    plan.exists(|node| Ok(node.is::<DataSourceExec>()))
}

/// Refuses a plan in which a join sends one side whole to every task.
fn divides_its_joins(plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
    let mut strange = None;
    plan.apply(|node| {
        let whole = match node.downcast_ref::<HashJoinExec>() {
            Some(join) => *join.partition_mode() != PartitionMode::Partitioned,
            None => node.is::<CrossJoinExec>() || node.is::<NestedLoopJoinExec>(),
        };
        if whole {
            strange = Some(node.name().to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    match strange {
        None => Ok(()),
        Some(join) => not_impl_err!("{join} would send one of its sides whole to every task"),
    }
}
