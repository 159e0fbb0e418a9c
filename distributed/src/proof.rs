//! What the joins gave, counted a second time without a join.
//!
//! Engines that divide a query over machines have given wrong rows for joins, and said nothing. The
//! control totals find a row that was lost or doubled; they do not find one that met the wrong other
//! row. So the rows of each joining step are counted again by grouping alone, which only needs that
//! equal keys meet. Not proven are the second and later links of a chain of references; `check` and
//! `scripts/compare-sql.py ballista` compare those.

use revshare::calendar::Period;

use crate::Trouble;
use crate::engine::Engine;
use crate::tally::Step;

/// Proves the joining steps.
///
/// # Errors
/// If a count differs, or the engine fails.
pub async fn joins(engine: &Engine, steps: &[Step], period: Option<Period>) -> Result<(), Trouble> {
    let rows = |name: &str| steps.iter().find(|step| step.name == name).map_or(0, Step::rows);
    let contents = rows("revshare_contents");
    same("facts, one for each content", rows("revshare_facts"), contents)?;

    let [read, wrong, contested, contending] = four(engine, IDS).await?;
    same("facts read back", read, contents)?;
    same("ids of which not exactly one content stands", wrong, 0)?;
    same("contested ids", rows("revshare_contested"), contested)?;
    same("contents of contested ids", rows("revshare_contenders"), contending)?;
    same("winners of contested ids", rows("revshare_winners"), contested)?;

    let [origins, referring, found, _] = four(engine, &references(period)).await?;
    same("facts that others refer to", rows("revshare_origins"), origins)?;
    same("facts that refer to others", rows("revshare_referring"), referring)?;
    let met = "SELECT COUNT(*) FROM revshare_referring WHERE chain <> 'adrift'";
    same("facts whose original is there", four(engine, met).await?[0], found)
}

const IDS: &str = "SELECT SUM(contents), SUM(CASE WHEN standing = 1 THEN 0 ELSE 1 END), \
    SUM(CASE WHEN contents > 1 THEN 1 ELSE 0 END), SUM(CASE WHEN contents > 1 THEN contents ELSE 0 END) \
    FROM (SELECT id, COUNT(*) AS contents, SUM(CASE WHEN stands THEN 1 ELSE 0 END) AS standing \
    FROM revshare_facts GROUP BY id) x";

/// Facts that are referred to, facts of the period that refer, and those of them whose original is
/// there: ids and references in one column, grouped.
fn references(period: Option<Period>) -> String {
    let inside = match period {
        None => "TRUE".to_owned(),
        Some(period) => format!(
            "(time IS NULL OR substr(time, 1, 10) BETWEEN '{}' AND '{}')",
            period.first_day(),
            period.last_day()
        ),
    };
    format!(
        "SELECT SUM(CASE WHEN facts > 0 AND named > 0 THEN facts ELSE 0 END), SUM(referring), \
         SUM(CASE WHEN facts > 0 THEN referring ELSE 0 END) \
         FROM (SELECT name, SUM(fact) AS facts, SUM(named) AS named, SUM(referring) AS referring FROM (\
         SELECT id AS name, 1 AS fact, 0 AS named, 0 AS referring FROM revshare_facts WHERE stands \
         UNION ALL SELECT ref, 0, 1, CASE WHEN {inside} THEN 1 ELSE 0 END \
         FROM revshare_facts WHERE stands AND ref IS NOT NULL) x GROUP BY name) y"
    )
}

fn same(proof: &'static str, found: u64, due: u64) -> Result<(), Trouble> {
    if found == due { Ok(()) } else { Err(Trouble::Unproven { proof, found, due }) }
}

/// Up to four counts.
async fn four(engine: &Engine, query: &str) -> Result<[u64; 4], Trouble> {
    let numbers = engine.numbers(query).await.map_err(Trouble::engine("the proof of the joins"))?;
    Ok(std::array::from_fn(|at| numbers.get(at).copied().unwrap_or(0)))
}
