//! Each number explains itself: for every golden case, whatever stands on a statement has a path,
//! what is told there is that number, and wherever a number has parts, they add up to it.

mod common;

use common::{cases, copy_book, revshare};
use revshare::book::{Book, Replay};
use revshare::export::explain::Node;
use revshare::money::Ratio;
use revshare::statement::{Amount, Statement};

/// What is asked of one statement, and what was wrong with the answers.
struct Asked<'a> {
    at: String,
    replay: &'a Replay,
    wrong: Vec<String>,
    count: usize,
}

impl Asked<'_> {
    fn tell(&mut self, path: &str) -> Option<Node> {
        self.count += 1;
        match self.replay.explain(path) {
            Ok(node) => Some(node),
            Err(_) => {
                self.wrong.push(format!("{} {path}: no such path", self.at));
                None
            }
        }
    }

    /// The path leads to the amount, and its parts add up.
    fn number(&mut self, path: &str, amount: &Amount) {
        let Some(node) = self.tell(path) else { return };
        if node.exact() != Some(&amount.as_str().parse::<Ratio>().unwrap()) {
            let told = node.amount.as_deref().unwrap_or("nothing");
            self.wrong.push(format!("{} {path}: {amount} is told as {told}", self.at));
        }
        self.founded(path, &node);
    }

    fn founded(&mut self, path: &str, node: &Node) {
        if let Some(breaks) = node.unfounded() {
            let parts: Vec<String> = breaks
                .children
                .iter()
                .map(|part| format!("{} {}", part.title, part.amount.as_deref().unwrap_or("")))
                .collect();
            let told = breaks.amount.as_deref().unwrap_or("");
            let parts = parts.join(" + ");
            self.wrong.push(format!("{} {path}: {} {told} ≠ {parts}", self.at, breaks.title));
        }
        // What was rounded is less than a unit or, for the parts of a split, a few.
        let digits = self.replay.currency().digits();
        let unit = Ratio::new(3, 10_i64.pow(digits));
        let rounded = node.all().into_iter().filter(|node| node.title.starts_with("rounding"));
        for node in rounded.filter(|node| node.exact().unwrap().abs() > unit) {
            let told = node.amount.as_deref().unwrap_or("");
            self.wrong.push(format!("{} {path}: {told} is no rounding", self.at));
        }
    }

    fn statement(&mut self, statement: &Statement) {
        for schedule in &statement.schedules {
            self.schedule(schedule);
        }
        for (party, amount) in &statement.positions {
            self.number(&format!("position/{party}"), amount);
        }
        for payable in &statement.payables {
            let ground = payable.schedule.as_ref().map_or(String::new(), |id| format!("/{id}"));
            let path = format!("payable/{}/{}{ground}", payable.from, payable.to);
            self.number(&path, &payable.amount);
        }
        for balance in &statement.balances {
            self.balance(balance);
        }
        self.adjustments(statement);
        self.true_ups(statement);
        for withheld in &statement.withheld {
            self.number(&format!("withheld/{}", withheld.name), &withheld.gross);
        }
        for it in &statement.exceptions {
            let path = format!("exception/{}/{}/{}/{}", it.kind, it.day, it.fact, it.product);
            let Some(node) = self.tell(&path) else { continue };
            let amount = it.amount.as_str();
            if !node.all().iter().any(|node| node.amount.as_deref() == Some(amount)) {
                self.wrong.push(format!("{} {path}: {amount} is not told", self.at));
            }
        }
    }

    fn schedule(&mut self, schedule: &revshare::statement::Schedule) {
        let id = &schedule.id;
        for segment in &schedule.segments {
            let root = format!("{id}/{}", segment.from);
            for step in &segment.steps {
                let name = step.name.as_ref().map_or(String::new(), |name| format!(":{name}"));
                let path = format!("{root}/{}{name}", step.step);
                self.number(&path, &step.total);
                for line in &step.lines {
                    self.number(&format!("{path}/{}", line.product), &line.amount);
                }
            }
            let lists = [
                ("share", &segment.shares),
                ("priority", &segment.priority),
                ("catch-up", &segment.catch_up),
                ("position", &segment.positions),
            ];
            for (what, list) in lists {
                for (party, amount) in list {
                    self.number(&format!("{root}/{what}/{party}"), amount);
                }
            }
            if !segment.tiers.is_empty() {
                let base = segment.steps.iter().find(|step| step.step == "share-base").unwrap();
                self.number(&format!("{root}/tiers"), &base.total);
            }
        }
        for (party, amount) in &schedule.positions {
            self.number(&format!("position/{id}/{party}"), amount);
        }
    }

    /// A balance's movement has parts, or at least a basis.
    fn balance(&mut self, balance: &revshare::statement::Balance) {
        let path = format!("balance/{}", balance.name);
        self.number(&path, &balance.closing);
        let Some(node) = self.tell(&path) else { return };
        let told: Vec<Option<&str>> =
            node.children.iter().map(|part| part.amount.as_deref()).collect();
        let due = [&balance.opening, &balance.movement].map(|amount| Some(amount.as_str()));
        if told != due {
            self.wrong.push(format!("{} {path}: {told:?}, not {due:?}", self.at));
        }
        if !balance.movement.is_zero() && node.children[1].children.is_empty() {
            self.wrong.push(format!(
                "{} {path}: a movement of {} has no parts, but {:?}",
                self.at,
                balance.movement,
                node.children[1].basis.iter().map(|n| (&n.title, &n.amount)).collect::<Vec<_>>()
            ));
        }
    }

    fn adjustments(&mut self, statement: &Statement) {
        for it in &statement.adjustments {
            let path = format!("adjustment/{}/{}", it.clause, it.name);
            let Some(node) = self.tell(&path) else { continue };
            let (amount, other) = (it.amount.as_str(), it.amount.negated());
            let is = |node: &&Node| {
                let told = node.amount.as_deref();
                told == Some(amount) || told == Some(other.as_str())
            };
            if !std::iter::once(&node).chain(&node.children).any(|node| is(&node)) {
                self.wrong.push(format!("{} {path}: {amount} is not told", self.at));
            }
            self.founded(&path, &node);
            if it.clause == "true-up" && it.amount.as_str() != "0.00" {
                let own = |node: &&Node| is(node) && !node.children.is_empty();
                if !node.all().iter().any(own) {
                    self.wrong.push(format!("{} {path}: a true-up has no parts", self.at));
                }
            }
        }
    }

    fn true_ups(&mut self, statement: &Statement) {
        for it in &statement.true_ups {
            let root = format!("true-up/{}", it.period);
            if let Some(node) = self.tell(&root) {
                self.founded(&root, &node);
            }
            let ground = it.schedule.as_deref().unwrap_or("clauses");
            for debt in &it.debts {
                let path = format!("{root}/{ground}");
                let Some(node) = self.tell(&path) else { continue };
                let amount = Some(debt.amount.as_str());
                if !node.all().iter().any(|node| node.amount.as_deref() == amount) {
                    self.wrong.push(format!("{} {path}: {} is not told", self.at, debt.amount));
                }
            }
            for line in &it.lines {
                self.number(&format!("{root}/{}", path_of(ground, line)), &line.difference);
            }
        }
    }
}

fn path_of(ground: &str, line: &revshare::statement::TrueUpLine) -> String {
    let name = line.name.as_deref();
    let Some(segment) = line.segment else {
        return format!("adjustment/{}/{}", line.step, name.unwrap_or_default());
    };
    let root = format!("{ground}/{segment}/{}", line.step);
    match (line.step.as_str(), name) {
        ("share" | "catch-up", Some(party)) => format!("{root}/{party}"),
        (_, Some(name)) => format!("{root}:{name}/{}", line.product),
        (_, None) => format!("{root}/{}", line.product),
    }
}

#[test]
fn every_number_of_every_case_has_a_path_and_its_parts_add_up() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases() {
        let dir = copy_book(&case);
        assert!(revshare(dir.path(), &["run", "."]).status.success());
        let book = Book::open(dir.path(), None).unwrap();
        for contract in book.contracts() {
            let closed = book.store().closings().filter(|head| head.contract == contract.id);
            for period in closed.map(|head| head.period) {
                let statement = book.closed(contract, period).unwrap().unwrap();
                let replay = book.replay(contract, period).unwrap();
                let at = format!("{} {period}", case.file_name().unwrap().display());
                let mut asked = Asked { at, replay: &replay, wrong: Vec::new(), count: 0 };
                asked.statement(&statement);
                for path in replay.lines() {
                    if let Some(node) = asked.tell(&path) {
                        asked.founded(&path, &node);
                    }
                }
                count += asked.count;
                wrong.append(&mut asked.wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 1000, "{count} questions");
}
