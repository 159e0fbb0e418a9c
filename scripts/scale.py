#!/usr/bin/env python3
"""What the same tally costs on each engine, and what its import costs: the figures of docs/scale.md.

    cargo build --release
    cargo build --release --manifest-path distributed/Cargo.toml     # half an hour; or leave it out
    scripts/scale.py --lines 1000000,3000000,10000000

Generates a month of each size (with duplicates, contradictions, late lines and refunds, without lines
that cannot be read), and runs every engine on it, two threads each: `revshare import` of the lines;
the statements of `revshare sql` on DuckDB, DataFusion, Spark (local mode), and in distributed/ in one process and
on Ballista with one and with two executors; then `revshare import` of each tally. The tallies must
be equal row for row, and the statement from each the one from the lines; else the exit code is 1. An engine that is
not there is told and left out.

    scripts/scale.py --compute figures.json    # what larger months would take, from figures of --json

Measured of each: wall time, processor time of all its processes, and the peak of the memory that
they hold together (resident; what processes share is counted in each). The Python packages are
installed into target/scale-venv; --venv takes another.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).resolve().parent / "scale_engine.py"
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PACKAGES = {"duckdb": ["duckdb"], "datafusion": ["datafusion", "pyarrow"], "spark": ["pyspark"]}


class Watch:
    """Processor time and memory of all processes of a session, sampled."""

    def __init__(self, session):
        self.session, self.cpu, self.peak, self.done = session, {}, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def sample(self):
        together = 0
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[3]) == self.session:
                self.cpu[entry] = (int(stat[11]) + int(stat[12])) / TICK
                together += int(stat[21]) * PAGE
        self.peak = max(self.peak, together)

    def watch(self):
        while not self.done.wait(0.02):
            self.sample()

    def end(self):
        self.done.set()
        self.thread.join()
        return sum(self.cpu.values())


def measured(command):
    """Runs a program in a session of its own; what it cost, or why it failed."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen([str(word) for word in command], stdout=said, stderr=said, start_new_session=True)
        watch = Watch(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        seen = watch.end()
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    # The children that were waited for are in the usage to the last tick; those that were not, in
    # the samples.
    cpu = max(seen, usage.ru_utime + usage.ru_stime)
    peak = max(watch.peak, usage.ru_maxrss * 1024)
    return child.returncode, text, {"wall": wall, "cpu": cpu, "peak": peak}


def tally(path):
    """A tally without its provenance, for comparing."""
    rows = csv.DictReader(open(path, newline="", encoding="utf-8"))
    return sorted(tuple(sorted((name, number(name, value)) for name, value in row.items() if value))
                  for row in rows if row["record"] != "about")


def number(name, value):
    if name in ("quantity_e28", "amount_e28", "quantity", "amount") and set(value) <= set("-0"):
        return "0"
    return value


class Scale:
    def __init__(self, args, work):
        self.args, self.work, self.wrong, self.rows = args, work, 0, []

    def note(self, lines, name, cost, more=""):
        self.rows.append({"lines": lines, "name": name, **cost})
        print(f"{lines:>11,} | {name:<44} | {cost['wall']:7.2f} s | {cost['cpu']:7.2f} s CPU | "
              f"{cost['peak'] / 1e6:8,.0f} MB {more}", flush=True)

    def revshare(self, *words):
        return [self.args.revshare, "--quiet", *words]

    def statements(self, book, dialect, table, out, name):
        words = ["sql", book, "--dialect", dialect, "--table", table, "--columns", self.columns, "--format", "json"]
        done = subprocess.run([str(word) for word in self.revshare(*words, *(["--out", out] if out else []))],
                              capture_output=True, check=True)
        path = self.work / f"{name}.json"
        path.write_bytes(done.stdout)
        return path

    def size(self, lines):
        book = self.work / f"month-{lines}"
        code, text, _ = measured(self.revshare("generate", "--lines", lines, "--out", book, "--bad", "0%"))
        assert code == 0, text
        self.file = book / "sales.csv"
        self.columns = self.file.open().readline().strip()
        self.due, self.settled = None, None
        self.own(lines, book)
        for engine in ["duckdb", "datafusion", "spark"]:
            if engine in self.args.engines:
                self.python(lines, book, engine)
        for name, words in [("datafusion, one process of distributed/", ["--here", "2"]),
                            ("ballista, one executor, one task", ["--executors", "1"]),
                            ("ballista, one executor, two tasks", ["--executors", "1", "--tasks", "2"]),
                            ("ballista, two executors, one task each", ["--executors", "2"])]:
            if "ballista" in self.args.engines:
                self.distributed(lines, book, name, words)
        shutil.rmtree(book)

    def own(self, lines, book):
        for threads in [1, 2]:
            store = self.work / "store"
            code, text, cost = measured(self.revshare("import", book, "--store", store, "--threads", threads))
            assert code == 0, text
            self.note(lines, f"revshare import, {threads} thread{'s' if threads > 1 else ''}", cost)
            self.settled = self.statement(book, store)
            shutil.rmtree(store)

    def statement(self, book, store):
        done = subprocess.run([str(word) for word in self.revshare("run", book, "--store", store, "--format", "json")],
                              capture_output=True, check=False)
        if done.returncode != 0:
            return done.stderr.decode()
        return [statement.get("digest") for statement in json.loads(done.stdout)["statements"]]

    def python(self, lines, book, engine):
        python = self.args.venv / "bin" / "python"
        out = self.work / f"{engine}.csv"
        table = self.statements(book, engine, "sale_lines", out, engine)
        code, text, cost = measured([python, WORKER, engine, table, self.file, out])
        version = subprocess.run([python, "-c", f"import {PACKAGES[engine][0]} as it; print(it.__version__)"],
                                 capture_output=True, text=True, check=False).stdout.strip()
        self.made(lines, book, f"{engine} {version}", code, text, cost, out)

    def distributed(self, lines, book, name, words):
        out = self.work / "distributed.csv"
        command = [self.args.distributed, "tally", book, self.file, "--out", out, *words]
        code, text, cost = measured(command)
        self.made(lines, book, name, code, text, cost, out)

    def made(self, lines, book, name, code, text, cost, out):
        if code != 0:
            # It does not stop the others: that an engine stops here is a figure, too.
            print(f"{lines:>11,} | {name:<44} | failed: {text.strip().splitlines()[-1:]}", flush=True)
            self.rows.append({"lines": lines, "name": name, "failed": text[-2000:]})
        else:
            self.note(lines, name, cost, f"({out.stat().st_size / 1e6:.1f} MB of tally)")
            found = tally(out)
            self.due = self.due or found
            if found != self.due:
                self.wrong += 1
                print(f"  {name}: another tally")
            self.imported(lines, book, name, out)
        for path in self.work.glob(f"{out.name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def imported(self, lines, book, name, out):
        other = self.work / "tallied"
        other.mkdir()
        for file in ["contract.toml", "costs.csv", "fx.csv"]:
            shutil.copyfile(book / file, other / file)
        shutil.copyfile(out, other / "tally-sales.csv")
        store = self.work / "store"
        code, text, cost = measured(self.revshare("import", other, "--store", store))
        assert code == 0, text
        if not any(row["name"].startswith("revshare import of a tally") and row["lines"] == lines for row in self.rows):
            self.note(lines, "revshare import of a tally", cost)
        if self.statement(other, store) != self.settled:
            self.wrong += 1
            print(f"  {name}: another statement than from the lines")
        shutil.rmtree(other)
        shutil.rmtree(store)


def compute(figures):
    """A straight line through the smallest and the largest month of each engine, and where it leads."""
    costs = {}
    for row in figures:
        if "cpu" in row:
            costs.setdefault(row["name"], {})[row["lines"] / 1e6] = row
    print("| | start | a million lines | memory | and a million lines |\n|---|---|---|---|---|")
    lines = {}
    for name, of in costs.items():
        least, most = min(of), max(of)
        if least == most:
            continue
        slope = {what: max(of[most][what] - of[least][what], 0) / (most - least) for what in ("cpu", "peak")}
        start = {what: max(of[least][what] - slope[what] * least, 0) for what in slope}
        lines[name] = start["cpu"], slope["cpu"]
        print(f"| {name} | {start['cpu']:.1f} s | {slope['cpu']:.2f} s | {start['peak'] / 1e6:,.0f} MB | {slope['peak'] / 1e6:,.1f} MB |")
    print("\n| computed | lines | core-hours | 2 cores | 16 cores | 64 cores |\n|---|---|---|---|---|---|")
    for name, (start, slope) in lines.items():
        if name.endswith("of a tally"):
            continue
        for millions in [100, 1000, 10_000, 100_000]:
            work = start + slope * millions
            # The import of lines is one process, whose first thread cuts the file; more than two
            # cores are not measured.
            cores = [2] if name.startswith("revshare") else [2, 16, 64]
            walls = " | ".join([spoken(work / of) for of in cores] + ["" for _ in range(3 - len(cores))])
            print(f"| {name} | {millions:,} M | {work / 3600:,.2f} | {walls} |")


def spoken(seconds):
    for size, unit in [(86400, "days"), (3600, "h"), (60, "min")]:
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.0f} s"


def with_packages(args):
    python, missing = args.venv / "bin" / "python", []
    for engine in [engine for engine in PACKAGES if engine in args.engines]:
        there = [python, "-c", "import " + ", ".join(PACKAGES[engine])]
        try:
            if not python.exists():
                subprocess.run([sys.executable, "-m", "venv", args.venv], check=True)
            if subprocess.run(there, capture_output=True, check=False).returncode != 0:
                subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[engine]], check=True)
        except (OSError, subprocess.CalledProcessError) as fault:
            missing.append((engine, fault))
    if "ballista" in args.engines and not args.distributed.exists():
        missing.append(("ballista", f"no {args.distributed}"))
    for engine, why in missing:
        print(f"not measured: {engine}: {why}")
        args.engines.remove(engine)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", default="1000000,3000000,10000000")
    parser.add_argument("--engines", default="duckdb,datafusion,spark,ballista")
    parser.add_argument("--revshare", type=Path, default=ROOT / "target/release/revshare")
    parser.add_argument("--distributed", type=Path, default=ROOT / "distributed/target/release/revshare-distributed")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/scale-venv")
    parser.add_argument("--work", type=Path, help="a folder for the months; by default a temporary one")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--compute", type=Path, help="measure nothing, compute from such figures")
    args = parser.parse_args()
    if args.compute:
        return compute(json.loads(args.compute.read_text()))
    args.engines = [engine for engine in args.engines.split(",") if engine]
    with_packages(args)
    with tempfile.TemporaryDirectory(dir=args.work) as work:
        scale = Scale(args, Path(work))
        for lines in args.lines.split(","):
            scale.size(int(lines))
    if args.json:
        args.json.write_text(json.dumps(scale.rows, indent=1))
    print("every tally and every statement is the same" if not scale.wrong else f"{scale.wrong} differences")
    sys.exit(1 if scale.wrong else 0)


if __name__ == "__main__":
    main()
