#!/usr/bin/env python3
"""Runs the SQL of `revshare sql` for real and compares it with the program's own tally of the same
files: every sum, every control total, everything that waits for its original; then settles each
book once from its lines and once from its tallies and compares the digests of the statements.

    scripts/compare-sql.py duckdb              the golden cases, hard rows, generated months
    scripts/compare-sql.py spark --few         a selection; needs Java 17
    scripts/compare-sql.py datafusion
    scripts/compare-sql.py ballista --few      distributed/, which takes half an hour to build
    scripts/compare-sql.py overflow            DataFusion's sums of 128 bits wrap, these do not

The engine's Python package is installed into target/sql-venv the first time. Without it the script
says so and exits with 77, unless --must says that it has to run (exit code 1).
Every difference is printed; the exit code is 1 if there is any.
"""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 120
csv.field_size_limit(1 << 24)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "sql-venv"
PACKAGES = {
    "duckdb": ["duckdb", "pyarrow"],
    "datafusion": ["datafusion", "pyarrow"],
    "spark": ["pyspark"],
    "ballista": [],
    "overflow": ["datafusion", "pyarrow"],
}
TABLES = ["sales", "costs", "usage"]
FIELDS = {
    "sales": "id time kind product channel region customer deal category unit quantity amount currency ref".split(),
    "costs": "id time product channel region customer category resource unit quantity amount currency".split(),
    "usage": "id time product channel region customer unit quantity".split(),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", choices=sorted(PACKAGES))
    parser.add_argument("--must", action="store_true", help="fail if the engine cannot be had")
    parser.add_argument("--few", action="store_true", help="hard rows, one generated month, four cases")
    parser.add_argument("--after", metavar="CASE", help="go on behind this golden case, with nothing before it")
    parser.add_argument("--lines", type=int, default=20000, help="of each generated month")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    into_venv(arguments)
    if arguments.engine == "overflow":
        sys.exit(overflow())
    binaries()
    sys.exit(compare(arguments))


def into_venv(arguments):
    """Goes on inside of an environment that has the engine."""
    if os.environ.get("REVSHARE_SQL_VENV") == arguments.engine:
        return
    python = VENV / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        packages = PACKAGES[arguments.engine]
        there = [python, "-c", "\n".join(f"import {package}" for package in packages)]
        if subprocess.run(there, capture_output=True).returncode != 0:
            pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run(pip + packages, check=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        print(f"NOT COMPARED: {arguments.engine} cannot be installed: {fault}", file=sys.stderr)
        sys.exit(1 if arguments.must else 77)
    os.environ["REVSHARE_SQL_VENV"] = arguments.engine
    os.execv(python, [str(python), __file__] + sys.argv[1:])


def binaries():
    build = ["cargo", "build", "--quiet", "--bin", "revshare", "--example", "tally"]
    subprocess.run(build, cwd=ROOT, check=True)


def program(name, *words):
    path = ROOT / "target" / "debug" / name
    done = subprocess.run([str(path), *map(str, words)], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# ---- engines: a table of texts, then statements; the last gives rows


class InPython:
    """What the statements are told of an engine that reads tables by their own name, and writes files."""

    def words(self, out):
        return ["--out", out]


class DuckDb(InPython):
    dialect = "duckdb"

    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def table(self, name, columns, rows):
        import pyarrow

        arrays = {column: pyarrow.array([row[at] for row in rows], pyarrow.string())
                  for at, column in enumerate(columns)}
        arrow = pyarrow.table(arrays)
        self.connection.register("arriving", arrow)
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arriving")
        self.connection.unregister("arriving")

    def run(self, statements, out, table, period):
        for statement in statements:
            self.connection.execute(statement)
        return out


class DataFusion(InPython):
    dialect = "datafusion"

    def __init__(self):
        from datafusion import SessionContext

        self.context = SessionContext()

    def table(self, name, columns, rows):
        import pyarrow

        arrays = [pyarrow.array([row[at] for row in rows], pyarrow.string()) for at in range(len(columns))]
        batch = pyarrow.record_batch(arrays, names=columns)
        if self.context.table_exist(name):
            self.context.deregister_table(name)
        self.context.register_record_batches(name, [[batch]])

    def run(self, statements, out, table, period):
        for statement in statements:
            self.context.sql(statement).collect()
        return out


class Spark(InPython):
    dialect = "spark"

    def __init__(self):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.log.level", "ERROR")
        # On a machine that is very busy Spark takes itself for dead after two minutes without a heartbeat.
        builder = builder.config("spark.network.timeout", "2h").config("spark.executor.heartbeatInterval", "10min")
        builder = builder.config("spark.driver.host", "localhost").config("spark.driver.bindAddress", "127.0.0.1")
        self.place = tempfile.TemporaryDirectory()
        builder = builder.config("spark.sql.warehouse.dir", self.place.name)
        self.session = builder.getOrCreate()

    def table(self, name, columns, rows):
        schema = ", ".join(f"`{column}` STRING" for column in columns)
        frame = self.session.createDataFrame([tuple(row) for row in rows], schema)
        frame.createOrReplaceTempView(name)

    def run(self, statements, out, table, period):
        for statement in statements:
            self.session.sql(statement).collect()
        parts = sorted(Path(out).glob("part-*.csv"))
        assert len(parts) == 1, parts
        return parts[0]


class Ballista:
    """A scheduler and two executors, processes of their own, for all tallies."""

    dialect = "datafusion"
    program = ["cargo", "run", "--release", "--quiet", "--manifest-path", str(ROOT / "distributed/Cargo.toml"), "--"]

    def __init__(self):
        subprocess.run(["cargo", "build", "--release", *self.program[3:-1]], check=True)
        self.place = tempfile.TemporaryDirectory()
        self.children = []
        self.scheduler = self.child("scheduler")
        for number_of in [1, 2]:
            work = Path(self.place.name) / f"executor-{number_of}"
            work.mkdir()
            self.child("executor", "--scheduler", self.scheduler, "--work", work)

    def child(self, *words):
        """They end when this process does: nobody holds their standard input any more."""
        command = [*self.program, words[0], "--with-parent", *map(str, words[1:])]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.children.append(child)
        return child.stdout.readline().decode().strip()

    def words(self, out):
        return ["--table", "revshare_input"]

    def table(self, name, columns, rows):
        path = Path(self.place.name) / f"{name}.csv"
        path.write_text(as_csv(columns, rows), encoding="utf-8")

    def run(self, statements, out, table, period):
        path = Path(self.place.name) / "statements.json"
        path.write_text(json.dumps({"statements": statements}))
        lines = Path(self.place.name) / f"{table}.csv"
        command = [*self.program, "tally", self.place.name, lines, "--of", table, "--statements", path,
                   "--scheduler", self.scheduler, "--out", out, *period]
        done = subprocess.run([str(word) for word in command], capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return out


ENGINES = {"duckdb": DuckDb, "datafusion": DataFusion, "spark": Spark, "ballista": Ballista}


# ---- books


def read_rows(path, table):
    """Columns and rows of a file in our own columns; rows that are no rows of a table are dropped,
    because no warehouse could hold them. Nothing if the file has other columns."""
    with open(path, newline="", encoding="utf-8-sig", errors="strict") as file:
        rows = [row for row in csv.reader(file, strict=True) if row]
    columns, rows = rows[0], rows[1:]
    if not set(columns) <= set(FIELDS[table]) or len(set(columns)) != len(columns):
        return None
    return columns, [row for row in rows if len(row) == len(columns)]


def as_csv(columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def prepare(folder, work):
    """A copy of a book whose files of lines are one CSV for each table; nothing if it cannot be."""
    if (folder / "deliveries").exists() or (folder / "revshare.toml").exists():
        return None
    tables = {}
    for table in TABLES:
        for path in sorted(folder.glob(f"{table}*")):
            try:
                read = read_rows(path, table) if path.suffix == ".csv" else None
            except (UnicodeDecodeError, csv.Error, StopIteration):
                read = None
            if read is None:
                return None
            columns, rows = tables.setdefault(table, ([], []))
            new = [column for column in read[0] if column not in columns]
            columns.extend(new)
            for row in rows:
                row.extend([""] * len(new))
            for row in read[1]:
                named = dict(zip(read[0], row))
                rows.append([named.get(column, "") for column in columns])
    if not tables:
        return None
    for name in ["lines", "tally"]:
        shutil.copytree(folder, work / name, ignore=shutil.ignore_patterns(
            "expected*", ".revshare", *[f"{table}*" for table in TABLES]))
    for table, (columns, rows) in tables.items():
        (work / "lines" / f"{table}.csv").write_text(as_csv(columns, rows), encoding="utf-8")
    return tables


def parsed(text):
    """The records of a tally by what they are about."""
    records = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        record = row["record"]
        if record in ("about", "fault"):
            continue
        if record == "beyond":
            print(f"    beyond: {row['name']} {row['rows']}")
        names = ["name", "zone", "day", "kind", "product", "channel", "region", "customer", "deal", "category",
                 "unit", "currency", "unpriced", "charged_day", "charged_product", "own_day", "sale_time", "sale_id", "sale_of", "id", "ref",
                 "time", "chain"]
        key = (record, *[row[name] for name in names])
        sums = [Decimal(row["rows"]), number(row, "quantity"), number(row, "amount")]
        before = records.get(key, [Decimal(0)] * 3)
        records[key] = [a + b for a, b in zip(before, sums)]
    return {key: sums for key, sums in records.items() if any(sums)}


def number(row, name):
    whole, small = row[name] or "0", row.get(name + "_e28") or "0"
    return Decimal(whole) + Decimal(small).scaleb(-28)


def digests(folder):
    code, out, err = program("revshare", "run", folder, "--format", "json", "--quiet")
    if code != 0:
        return code, err.replace(str(folder), "")
    return code, [statement.get("digest") for statement in json.loads(out)["statements"]]


def tally_of(engine, table, columns, book, out, *more):
    """Runs the statements for a table of a book; the file that the engine wrote, or a complaint."""
    words = ["sql", book, "--dialect", engine.dialect, "--of", table, *engine.words(out),
             "--columns", ",".join(columns), "--format", "json", *more]
    code, text, err = program("revshare", *words)
    if code != 0:
        return None, err
    return engine.run(json.loads(text)["statements"], str(out), table, more), ""


def by_periods(engine, columns, work, due):
    """The months of a generated book one by one: they settle to what the whole does."""
    book = work / "periods"
    shutil.copytree(work / "tally", book, ignore=shutil.ignore_patterns(".revshare", "tally-sales*"))
    for period in ["2026-09", "2026-10", "2026-11"]:
        written, err = tally_of(engine, "sales", columns, work / "lines", work / f"{period}.csv", "--period", period)
        if written is None:
            return [err]
        shutil.copyfile(written, book / f"tally-sales-{period}.csv")
    found = digests(book)
    return [] if found == due else [f"statements by periods: {found}, due {due}"]


def beyond(engine, work):
    """Rows that SQL cannot judge: the import of their tally is refused."""
    usual = dict(time="2026-10-05", kind="charge", product="p", channel="c", amount="1", currency="USD", ref="")
    cases = {
        "leap second": [dict(id="a", time="2016-12-31T23:59:60Z")],
        "circle": [dict(id="a", kind="refund", amount="-1", ref="b"), dict(id="b", kind="refund", amount="-1", ref="a")],
        "long chain": [dict(id=f"{n}", kind="refund", amount="-1", ref=f"{n - 1}") for n in range(1, 7)] + [dict(id="0")],
        "control character": [dict(id="a", product="x\ty"), dict(id="a", product="x\tz")],
    }
    wrong = []
    for name, rows in cases.items():
        book = work / f"beyond-{name.replace(' ', '-')}"
        book.mkdir()
        (book / "contract.toml").write_text(HARD_CONTRACT % "UTC")
        columns = ["id", *usual]
        engine.table("sales", columns, [[{**usual, **row}[column] for column in columns] for row in rows])
        written, err = tally_of(engine, "sales", columns, book, work / f"{book.name}.csv")
        if written is None:
            return [err]
        shutil.copyfile(written, book / "tally-sales.csv")
        code, _, err = program("revshare", "import", book)
        if code != 1 or "I037" not in err:
            wrong.append(f"{name}: exit code {code}: {err}")
    print(f"  rows that SQL cannot judge: {', '.join(cases)}")
    return wrong


def one_book(engine, name, folder, work):
    """Differences in words, or nothing if the book has no lines in our own columns."""
    tables = prepare(folder, work)
    if tables is None:
        return None
    wrong, cells = [], 0
    for table, (columns, rows) in tables.items():
        engine.table(table, columns, rows)
        out = work / f"out-{table}.csv"
        written, err = tally_of(engine, table, columns, work / "lines", out)
        if written is None:
            return None if "C0" in err else [err]
        shutil.copyfile(written, work / "tally" / f"tally-{table}.csv")
        code, own, err = program("examples/tally", work / "lines", table)
        if code != 0:
            return [err]
        theirs = parsed(Path(written).read_text(encoding="utf-8"))
        ours = parsed(own)
        cells += sum(1 for key in ours if key[0] == "cell")
        for key in sorted(ours.keys() | theirs.keys()):
            a, b = ours.get(key), theirs.get(key)
            if a != b:
                wrong.append(f"{table} {[part for part in key if part]}: own {say(a)}, {engine.dialect} {say(b)}")
    lines, tally = digests(work / "lines"), digests(work / "tally")
    if lines[0] == 0 and lines != tally:
        wrong.append(f"statements: from lines {lines}, from tallies {tally}")
    if name.startswith("generated"):
        wrong += by_periods(engine, tables["sales"][0], work, lines)
    settled = len(lines[1]) if lines[0] == 0 else 0
    print(f"  {name}: {sum(len(rows) for _, rows in tables.values())} lines, {cells} cells, "
          f"{settled} statements{', DIFFERENT' if wrong else ''}")
    return wrong


def say(sums):
    return "nothing" if sums is None else " / ".join(format(value.normalize(), "f") for value in sums)


HARD_CONTRACT = """
id = "hard"
currency = "USD"
timezone = "%s"
[parties]
vendor = "V"
platform = "P"
[[schedule]]
id = "priced"
scope = { product = ["o'pus-*", "a*b[c]"], channel = "api" }
[[schedule.terms]]
effective = 2026-01-01
basis = "usage-fee"
payer = "platform"
payee = "vendor"
rates = [ { unit = "token", product = "o'pus-*", price = "0.5" } ]
[[schedule.terms]]
effective = 2026-11-01
basis = "usage-fee"
payer = "platform"
payee = "vendor"
rates = [ { unit = "hour", price = "2" } ]
[[schedule]]
id = "rest"
scope = { customer = ["acme", "b\\\\*"] }
seller = "platform"
[[schedule.terms]]
effective = 2020-01-01
basis = "net-sales"
split = { vendor = "50%%", platform = "rest" }
[[schedule]]
id = "all"
seller = "platform"
[[schedule.terms]]
effective = 2020-01-01
basis = "net-sales"
split = { vendor = "40%%", platform = "rest" }
"""


SINGLY_CONTRACT = """
id = "singly"
currency = "USD"
timezone = "America/Los_Angeles"
[parties]
vendor = "V"
platform = "P"
[[schedule]]
id = "by-sale"
scope = { channel = "marketplace", product = ["f*", "p", "l2x-*"] }
seller = "platform"
[[schedule.terms]]
effective = 2000-01-01
basis = "net-sales"
split = { measure = "net-sales", window = "calendar-year", mode = "forward", by = "sale", tiers = [
  { from = "0", vendor = "15%", platform = "rest" },
  { from = "10", vendor = "30%", platform = "rest" } ] }
"""


def hard_rows():
    """Rows at the edges of every rule: (what is said otherwise than by the usual charge)."""
    rows, at = [], 0

    def add(**fields):
        nonlocal at
        at += 1
        row = dict(id=f"r{at}", time="2026-10-05", kind="charge", product="p", channel="marketplace", region="",
                   customer="", deal="", category="", unit="", quantity="", amount="1.50", currency="USD", ref="")
        row.update(fields)
        rows.append(row)
        return row["id"]

    largest = "79228162514264337593543950335"
    numbers = ["0", "-0", "+0", "007", "+5", "-5", "1.50", "1.", ".5", "1e5", "1,5", " 1", "1 ", "--1", "+-1", "1.2.3", "1_0",
               "0.0000000000000000000000000001", "0.00000000000000000000000000001", "1.0000000000000000000000000000",
               "1.00000000000000000000000000000", largest, "-" + largest, "79228162514264337593543950336", "0" * 40 + "7",
               "7.9228162514264337593543950335", "7.9228162514264337593543950336", "99999999999999999999999999999",
               "0" * 30 + "." + "0" * 28, "123456789012345678.0123456789", "12\n", "\u0661", "NaN", "1\\"]
    for text in numbers:
        add(amount=text)
        add(quantity=text, unit="token")
        add(kind="refund", amount=text)
        add(kind="refund", amount=text, ref="r1")
        add(kind="tax", amount=text)
        add(kind="collected", amount=text)
    times = ["2026-10-31T23:30:00-05:00", "2026-11-01T04:30:00Z", "2026-11-01T04:30:00.000z", "2026-11-01t06:59:59.999999999999Z",
             "2026-11-01T07:00:00+00:00", "2026-11-01T07:00:00.100+00:00", "2026-03-08T09:59:59Z", "2026-03-08T10:00:00Z",
             "2026-11-01X08:00:00Z", "2026-11-01.08:00:00.25Z", "2026-11-01 08:00:00Z", "2026-11-01T08:00:00", "2026-11-01T24:00:00Z",
             "2026-11-01T08:60:00Z", "2026-11-01T08:00:61Z", "2026-02-29", "2024-02-29", "2026-2-9", "0000-01-01", "0001-01-01", "9999-12-31",
             "0001-06-01T00:00:00Z", "9999-06-01T00:00:00Z", "9998-12-31T23:59:59Z", "2026-13-01", "2026-10-05T08:00:00+24:00",
             "2026-10-05T08:00:00+23:59", "2026-10-05T08:00:00-00:30", "2026-10-05T08:00:00+0530", "2026-10-05T08:00:00+05:60", "20261005", "5/1/26",
             "2026-10-05T08:00Z", "2026-10-05T08:00:00.Z", "2026-10-05\t08:00:00Z", "yesterday", "2026-10-05\n", "1969-12-31T23:59:59.5Z",
             "2026-10-05\u00e908:00:00Z", "1883-11-18T12:00:00Z", "2037-07-01T06:30:00Z", "2045-07-01T06:30:00Z"]
    for text in times:
        add(time=text)
        add(time=text, kind="usage")
    for text in ["usd", "USD", "JPY", "XXX", "XAU", "ZZZ", "EURO", "KWD", "USD ", "CLF", "BOV", "SLE", "HRK"]:
        add(currency=text)
    for text in ["sale", "Charge", "cost", "usage", "fee", "credit", "chargeback", "tax", "charge "]:
        add(kind=text)
        add(kind=text, amount="-1.50")
    for field in ["id", "time", "kind", "amount", "currency", "product", "channel"]:
        add(**{field: ""})
        add(**{field: "", "kind": "refund"} if field != "kind" else {field: "", "amount": "x"})
    for product in ["o'pus-1", "opus-1", "axb[c]", "ab[c]", "axbc", "o'pus-\n2"]:
        for unit in ["token", "hour", ""]:
            for day in ["2025-12-31", "2026-10-31", "2026-11-01", "2026-11-01T05:00:00Z"]:
                add(product=product, unit=unit, time=day, channel="api", amount="", currency="", quantity="3")
    add(product="o'pus-1", unit="token", channel="api", amount="", currency="EUR", quantity="")
    add(product="o'pus-1", unit="token", channel="api", amount="", currency="eur", quantity="4")
    add(amount="", quantity="-4", unit="token", product="o'pus-1", channel="api", currency="")
    for customer in ["acme", "ACME", "b\\x", "bx", "acme ", "\u00e9"]:
        add(customer=customer, deal="d")
    # The same again, otherwise written.
    same = dict(id="same", time="2026-10-05T08:00:00Z", amount="17", quantity="1", unit="u")
    add(**same)
    add(**{**same, "time": "2026-10-05T10:00:00.0+02:00", "amount": "17.00", "quantity": "+1.0"})
    add(**{**same, "amount": "017"})
    # Contents that contradict each other: the first in canonical byte order stands.
    marks = ["a", "a b", "a!", "a\"", "a\\", "a#", "b", "A", "\u00e9", "~", "", "a'", "\U0001f600"]
    for field in ["product", "channel", "region", "customer", "deal", "category", "unit"]:
        for one in marks:
            for other in marks:
                if one < other:
                    add(**{"id": f"c-{field}-{one}-{other}", field: one})
                    add(**{"id": f"c-{field}-{one}-{other}", field: other})
    for field, values in {"amount": ["9", "10", "-1", "9.5", ""], "quantity": ["", "0", "2", "10"], "ref": ["", "r1", "r2"],
                          "time": ["2026-10-05", "2026-10-05T00:00:00Z", "2026-10-05T00:00:00.5Z", "2026-10-04"],
                          "kind": ["charge", "tax", "collected", "credit"], "currency": ["USD", "EUR"]}.items():
        for one in values:
            for other in values:
                if one < other:
                    for value in [one, other, one, other, other]:
                        add(**{"id": f"c-{field}-{one}-{other}", "kind": "tax" if field == "amount" else "charge", field: value})
    # References: chains, to charges and others, lost ones, contested ones, through rejected ones.
    def chain(tag, kinds, first="2026-09-30T23:30:00Z", lost=False):
        ref = "nowhere" if lost else ""
        for step, kind in enumerate(kinds):
            day = first if step == 0 else f"2026-1{step % 2}-{10 + step}T23:30:00Z"
            amount = "1.25" if kind in ("charge", "tax", "collected") else "-1.25"
            ref = add(id=f"{tag}{step}", kind=kind, time=day, amount=amount, ref=ref, product=f"{tag}-{step}")
    for number_of, kinds in enumerate([["charge", "refund"], ["charge", "refund", "refund"], ["charge", "fee", "refund", "tax"],
                                       ["tax", "refund", "credit"], ["charge", "charge", "refund"], ["fee", "charge", "refund"],
                                       ["charge", "collected", "chargeback", "refund", "refund"], ["refund"], ["refund", "refund"],
                                       ["refund", "charge", "refund", "tax"]]):
        chain(f"f{number_of}x", kinds)
        chain(f"l{number_of}x", kinds, lost=True)
    add(id="rr", kind="refund", amount="-1", ref="c-product-a-b")
    add(id="rq", kind="refund", amount="-1", ref="c-time-2026-10-04-2026-10-05")
    add(id="rs", kind="refund", amount="1", ref="r2")
    return rows


def hard_books(work):
    rows = hard_rows()
    contracts = [("sales kept singly", SINGLY_CONTRACT)]
    for zone in ["America/Los_Angeles", "UTC", "Asia/Kolkata"]:
        contracts.append((f"in {zone}", HARD_CONTRACT % zone))
    for number_of, (name, contract) in enumerate(contracts):
        folder = work / f"hard-{number_of}"
        folder.mkdir()
        (folder / "contract.toml").write_text(contract)
        table = [[row[column] for column in FIELDS["sales"]] for row in rows]
        (folder / "sales.csv").write_text(as_csv(FIELDS["sales"], table), encoding="utf-8")
        yield f"hard rows, {name}", folder


def generated(work, lines, seeds):
    for seed in seeds:
        folder = work / f"generated-{seed}"
        words = ["generate", "--lines", lines, "--seed", seed, "--out", folder, "--quiet", "--duplicates", "3%",
                 "--conflicts", "1%", "--late", "2%", "--bad", "1%", "--refunds", "5%", "--files", 1 + seed % 2]
        code, _, err = program("revshare", *words, *(["--refs"] if seed % 2 else []))
        assert code == 0, err
        yield f"generated month, seed {seed}", folder


def compare(arguments):
    began, engine, differences, compared = time.time(), ENGINES[arguments.engine](), 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        books = []
        if not arguments.after:
            books += hard_books(work)
            books += generated(work, arguments.lines, [1] if arguments.few else [1, 2, 3])
        cases = sorted((ROOT / "fixtures" / "cases").iterdir())
        if arguments.few:
            cases = [ROOT / "fixtures" / "cases" / name
                     for name in ["los-angeles-midnight", "rate-card-sales", "gross-profit-share", "clause-cost-1"]]
        cases = [folder for folder in cases if folder.is_dir() and folder.name > (arguments.after or "")]
        books += [(f"case {folder.name}", folder) for folder in cases]
        refused = beyond(engine, work)
        differences += len(refused)
        for line in refused:
            print(f"    {line}")
        for number_of, (name, folder) in enumerate(books):
            place = work / f"book-{number_of}"
            place.mkdir()
            wrong = one_book(engine, name, folder, place)
            if wrong is None:
                continue
            compared += 1
            differences += len(wrong)
            for line in wrong[:12]:
                print(f"    {line}")
    print(f"{arguments.engine}: {compared} books compared in {time.time() - began:.0f} s, {differences} differences")
    return 1 if differences or not compared else 0


def overflow():
    """DataFusion adds decimals of 128 bits and lets them wrap; the integers of 256 bits do not."""
    from datafusion import SessionContext

    context, value = SessionContext(), "9999999999999999999999999999"
    context.sql(f"CREATE TABLE much AS SELECT '{value}' AS amount FROM generate_series(1, 200)").collect()
    ask = lambda sql: str(context.sql(f"SELECT CAST({sql} AS VARCHAR) AS total FROM much").to_pylist()[0]["total"])
    due = Decimal(value) * 200
    try:
        narrow = Decimal(ask("SUM(CAST(amount AS DECIMAL(38,10)))"))
    except Exception as fault:  # A version that refuses is well, too.
        narrow = None
        print(f"narrow: refused: {fault}")
    wide = Decimal(ask("SUM(CAST(amount AS DECIMAL(50,0)))"))
    print(f"due    {due}\nnarrow {narrow}   SUM(DECIMAL(38,10))\nwide   {wide}   SUM(DECIMAL(50,0))")
    print("the narrow sum is " + ("wrong, and nothing said so" if narrow not in (None, due) else "no longer wrong"))
    return 0 if wide == due else 1


if __name__ == "__main__":
    main()
