#!/usr/bin/env python3
"""Runs revshare and DuckDB in turn on the same generated month, and compares every sum.

    cargo build --release --bin revshare --example stored_tally
    python3 scripts/race.py                      # 3 million lines, three rounds, two threads
    python3 scripts/race.py --lines 10000000 --threads 1,2
    python3 scripts/race.py --parquet            # the lines as DuckDB writes them: both read that file

For `--parquet` build with `--features parquet`. It builds nothing. DuckDB comes from its Python package, into target/race-venv; if it cannot be had,
only revshare runs. Needs nothing else than Python. What is measured, of each process by itself: wall
time, processor time of all its threads (user and system), and the peak of its memory. revshare's
times are those of the whole program. DuckDB's are told twice: those of the query alone, and those of the
whole program, with starting Python and handing over the sums. The ratios are to the query alone; without duplicate
check also to the whole program. That query runs with types that just hold the generated month, which takes knowing it
beforehand, and with wide ones: DECIMAL(38,10) and times with a zone. "Each id once" has the narrow ones. Whoever reads the lines finds them in the system's cache. "Nothing new" is the
second run after the one that brought them.

The month has refunds, duplicates, contradictions and late lines, but no line that cannot be read: DuckDB
either stops at one or takes what revshare refuses (5/10/26 for a day of the year 5, 1e6 for a number).

Exit code 1 if a sum differs, 2 if something could not be run.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUERY = Path(__file__).resolve().parent / "race_duckdb.py"
# Maps every page of a file until its input ends: pages that somebody has mapped are not given up lightly.
HOLD = """
import mmap, sys
with open(sys.argv[1], "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
    for at in range(0, len(pages), mmap.PAGESIZE):
        pages[at]
    print("held", flush=True)
    sys.stdin.read()
"""

PLAIN = "duckdb, no duplicate check"
WIDE = "duckdb, the same, wide types"
ONCE = "duckdb, each id once"
WHOLE = {name: f"{name}, whole program" for name in (PLAIN, WIDE, ONCE)}
IMPORT = "revshare import"
RUN = "revshare run"
AGAIN = "revshare run, nothing new"
LATE = "revshare import, 100 late lines"
RESTATE = "revshare run after them"
SETTLE = "revshare settle (draft)"

# Characters of the longest name, and some between it and the first figure.
WIDTH = max(map(len, WHOLE.values())) + 2


class Failed(Exception):
    """A program could not be run to its end."""


def measured(command, threads_note=""):
    """Runs a program; gives its output and what it cost."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failed(f"exit code {child.returncode}: {' '.join(map(str, command))}{threads_note}")
    cpu = usage.ru_utime + usage.ru_stime
    return output.decode(), {"wall": wall, "cpu": cpu, "memory": usage.ru_maxrss * 1024}


def python_with_duckdb():
    """A Python that has DuckDB, and its version; or none, and why."""
    python = ROOT / "target" / "race-venv" / "bin" / "python"
    says = [str(python), "-c", "import duckdb; print(duckdb.__version__)"]

    def version():
        if not python.exists():
            return None
        asked = subprocess.run(says, capture_output=True, text=True, check=False)
        return asked.stdout.strip() if asked.returncode == 0 else None

    if version() is None:
        make = [
            [sys.executable, "-m", "venv", str(python.parent.parent)],
            [str(python), "-m", "pip", "install", "--quiet", "duckdb"],
        ]
        for command in make:
            try:
                made = subprocess.run(command, capture_output=True, text=True, check=False)
            except OSError as error:
                return None, str(error)
            if made.returncode != 0:
                lines = made.stderr.strip().splitlines() or ["no reason given"]
                return None, lines[-1]
    return (python, version()) if version() else (None, "it was installed, but cannot be imported")


def tally(lines):
    """Sums by key, of CSV lines with a header."""
    rows = csv.reader(lines)
    next(rows)
    return {tuple(row[:6]): (int(row[6]), Decimal(row[7]), Decimal(row[8])) for row in rows}


def differences(name, found, due):
    """Says how sums differ; none if they do not."""
    wrong = [key for key in sorted(found.keys() | due.keys()) if found.get(key) != due.get(key)]
    for key in wrong[:5]:
        print(f"  {name}: {','.join(key)}: {found.get(key)}, expected {due.get(key)}")
    if wrong:
        print(f"  {name}: {len(wrong)} of {len(due)} sums differ")
    return len(wrong)


class Held:
    """A process that holds a file in the system's cache, from which a system may else drive it at any time."""

    def __init__(self, path):
        command = [sys.executable, "-c", HOLD, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"held\n":
            raise Failed(f"{path} cannot be held in memory")

    def let_go(self):
        self.process.communicate()


class Race:
    """The contestants, the month, and what was measured."""

    def __init__(self, args, work):
        self.args = args
        self.work = work
        self.book = work / "month"
        self.late = work / "late"
        self.lines = self.book / ("sales.parquet" if args.parquet else "sales.csv")
        self.held = None
        self.measures = {}
        self.wrong = 0
        self.compared = 0

    def revshare(self, *command):
        return [str(self.args.binary), "--quiet", *map(str, command)]

    def note(self, threads, name, measure):
        self.measures.setdefault((threads, name), []).append(measure)

    def prepare(self):
        lines, seed = self.args.lines, self.args.seed
        for where, more in [(self.book, ["--lines", lines, "--seed", seed, "--bad", "0%"]),
                            (self.late, ["--lines", 100, "--seed", seed + 1, "--clean", "--late", "100%"])]:
            measured(self.revshare("generate", "--out", where, *more))
        self.expected = json.loads((self.book / "expected.json").read_text())
        self.due = tally((self.book / "expected-tally.csv").read_text().splitlines())
        if self.args.parquet:
            self.query(self.book / "sales.csv", "write", max(self.args.threads))
            (self.book / "sales.csv").unlink()

    def query(self, lines, way, threads):
        spill = self.work / "duckdb-spill"
        return measured([str(self.python), str(QUERY), str(lines), way, str(threads), str(spill)])

    def write_anew(self):
        """Whoever comes next finds the lines in the system's cache as they are right after they were written.

        What ran before may have driven some of them out; and what the system reads from the disk again lies there
        in smaller pieces, which cost whoever reads them twice as much. So a process of its own holds them there, and
        then all rest a little.
        """
        self.let_go()
        copy = self.lines.with_name("again")
        with open(self.lines, "rb") as old, open(copy, "wb") as new:
            shutil.copyfileobj(old, new, 1 << 22)
            new.flush()
            os.fsync(new.fileno())
        copy.replace(self.lines)
        self.held = Held(self.lines)
        # Machines that are shared give less time to whoever has just used much of it.
        time.sleep(3)

    def let_go(self):
        if self.held:
            self.held.let_go()
        self.held = None

    def check(self, name, found, due):
        self.wrong += differences(name, found, due)
        self.compared += len(due)

    def duckdb(self, threads):
        # Parquet says its own types.
        wide = [] if self.args.parquet else [(WIDE, "wide")]
        for name, way in [(PLAIN, "plain"), *wide, (ONCE, "once")]:
            self.write_anew()
            output, measure = self.query(self.lines, way, threads)
            first, *rest = output.splitlines()
            wall, cpu = map(float, first.split())
            self.note(threads, name, {**measure, "wall": wall, "cpu": cpu})
            self.note(threads, WHOLE[name], measure)
            found = tally(rest)
            if way == "once":
                self.check(name, found, self.due)
            elif way == "wide":
                self.check(name, found, plain)
            else:
                plain = found
                # Without a look at duplicates its sums are too high by just those rows.
                rows = self.expected["rows"]
                due = rows["accepted"] + rows["duplicate"] + rows["conflict"]
                self.check(name + ", rows", {("all",): sum(row[0] for row in found.values())}, {("all",): due})

    def stored(self, name, store, due):
        if self.args.tally.exists():
            command = [str(self.args.tally), str(self.book), str(store)]
            self.check(name, tally(measured(command)[0].splitlines()), due)

    def controls(self, output):
        """The control totals that an import prints are those that the generator wrote down."""
        listed = [of for of in json.loads(output)["controls"] if of["table"] == "sales"]
        parts = ["read", "accepted", "duplicate", "rejected"]
        found = {(of.get("currency") or "", part): (of["rows"][part], Decimal(of["amounts"][part]))
                 for of in listed for part in parts}
        due = {(of["currency"] or "", part): (of[part]["rows"], Decimal(of[part]["amount"]))
               for of in self.expected["files"][0]["controls"] for part in parts}
        self.check("control totals", found, due)

    def ours(self, threads):
        alone, store = self.work / "store-import", self.work / "store-run"
        for old in (alone, store):
            shutil.rmtree(old, ignore_errors=True)
        many = ["--threads", threads]
        self.write_anew()
        output, measure = measured(self.revshare("import", self.book, "--store", alone, "--format", "json", *many))
        self.note(threads, IMPORT, measure)
        self.controls(output)
        self.stored(IMPORT, alone, self.due)
        shutil.rmtree(alone)
        self.write_anew()
        run = self.revshare("run", self.book, "--store", store, *many)
        self.note(threads, RUN, measured(run)[1])
        # A file that changed a moment ago is read once more to see whether it is the one that was read before.
        time.sleep(2.5)
        measured(run)
        steps = [
            (AGAIN, ["run", self.book, "--store", store, *many]),
            (SETTLE, ["settle", self.book, self.expected["period"], "--store", store]),
            (LATE, ["import", self.book, self.late / "sales.csv", "--store", store, *many]),
            (RESTATE, ["run", self.book, "--store", store, *many]),
        ]
        for name, command in steps:
            self.note(threads, name, measured(self.revshare(*command))[1])
        self.stored(RUN, store, self.with_late())
        shutil.rmtree(store)

    def with_late(self):
        due = dict(self.due)
        for key, more in tally((self.late / "expected-tally.csv").read_text().splitlines()).items():
            none = (0, Decimal(0), Decimal(0))
            due[key] = tuple(a + b for a, b in zip(due.get(key, none), more))
        return due

    def table(self, threads):
        middle = {}
        for (of, name), measures in self.measures.items():
            if of == threads:
                middle[name] = {what: statistics.median(m[what] for m in measures) for what in measures[0]}
        print(f"\n{threads} thread{'s' if threads > 1 else ''}, medians of {self.args.rounds}")
        print(f"{'':{WIDTH}}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}   wall of each round")
        for name, of in middle.items():
            walls = " ".join(f"{m['wall']:.2f}" for m in self.measures[threads, name])
            print(f"{name:{WIDTH}}{of['wall']:9.3f}{of['cpu']:9.3f}{of['memory'] / 1e6:9.0f}   {walls}")
        for ours in (IMPORT, RUN):
            for theirs in (PLAIN, WHOLE[PLAIN], WIDE, WHOLE[WIDE], ONCE):
                if theirs in middle:
                    a, b = middle[ours], middle[theirs]
                    parts = ", ".join(f"{what} {a[what] / b[what]:.2f}" for what in ("wall", "cpu", "memory"))
                    print(f"{ours} / {theirs}: {parts}")
        return middle

    def run(self):
        self.python, why = python_with_duckdb()
        if self.python:
            print(f"DuckDB {why}")
        else:
            print(f"DuckDB cannot be had, only revshare runs: {why}")
            if self.args.parquet:
                raise Failed("nobody is there to write Parquet")
        if not self.args.tally.exists():
            print(f"{self.args.tally} is not there: of revshare only the control totals are compared;")
            print("  build it with: cargo build --release --example stored_tally")
        self.prepare()
        size = self.lines.stat().st_size
        print(f"{self.args.lines:,} lines of seed {self.args.seed}, {self.lines.name} of {size / 1e6:,.0f} MB; "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
        for number in range(self.args.rounds):
            for threads in self.args.threads:
                if self.python:
                    self.duckdb(threads)
                self.ours(threads)
                print(f"round {number + 1}, {threads} threads: done", file=sys.stderr)
        tables = {threads: self.table(threads) for threads in self.args.threads}
        first, last = min(tables), max(tables)
        if first != last:
            print(f"\nwall with {first} thread / wall with {last}")
            for name in tables[first]:
                print(f"{name:{WIDTH}}{tables[first][name]['wall'] / tables[last][name]['wall']:9.2f}")
        print(f"\nload {os.getloadavg()[0]:.1f} after; {self.compared:,} sums compared, {self.wrong} differ")


def arguments():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--lines", type=int, default=3_000_000)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--rounds", type=int, default=3, help="how often each of them runs")
    parse.add_argument("--threads", default="2", help="such as 1,2")
    parse.add_argument("--parquet", action="store_true", help="the lines as Parquet, written by DuckDB")
    parse.add_argument("--binary", type=Path, default=ROOT / "target" / "release" / "revshare")
    parse.add_argument("--tally", type=Path, help="the example stored_tally [default: in examples/ beside the binary]")
    parse.add_argument("--work", type=Path, default=ROOT / "target" / "race",
                       help="where the month and the stores lie; made anew")
    args = parse.parse_args()
    args.binary = args.binary.resolve()
    args.tally = (args.tally or args.binary.parent / "examples" / "stored_tally").resolve()
    args.threads = [int(part) for part in args.threads.split(",")]
    return args


def main():
    args = arguments()
    if not args.binary.exists():
        print(f"{args.binary} is not there: cargo build --release, or name one with --binary")
        return 2
    work = args.work.resolve() / "run"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    race = Race(args, work)
    try:
        race.run()
    except Failed as failed:
        print(failed)
        return 2
    finally:
        race.let_go()
        shutil.rmtree(work, ignore_errors=True)
    return 1 if race.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
