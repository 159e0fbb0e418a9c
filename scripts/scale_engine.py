"""One of the engines' runs in scale.py: ENGINE STATEMENTS.json LINES.csv OUT.csv.

Makes a view `sale_lines` of the file, every column a text, and runs the statements on two threads.
"""

import csv
import json
import shutil
import sys
from pathlib import Path

engine, statements, lines, out = sys.argv[1:]
statements = json.loads(Path(statements).read_text())["statements"]
columns = next(csv.reader(open(lines, newline="", encoding="utf-8")))

if engine == "duckdb":
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(f"SET temp_directory = '{out}.spill'")
    connection.execute(
        f"CREATE VIEW sale_lines AS SELECT * FROM read_csv('{lines}', header = true, all_varchar = true)"
    )
    for statement in statements:
        connection.execute(statement)
elif engine == "datafusion":
    import pyarrow
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(2))
    schema = pyarrow.schema([(column, pyarrow.string()) for column in columns])
    context.register_csv("sale_lines", lines, schema=schema)
    for statement in statements:
        context.sql(statement).collect()
else:
    from pyspark.sql import SparkSession

    place = f"{out}.warehouse"
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.log.level", "ERROR").config("spark.sql.warehouse.dir", place)
    builder = builder.config("spark.sql.shuffle.partitions", "8").config("spark.driver.memory", "4g")
    session = builder.config("spark.local.dir", f"{out}.spill").getOrCreate()
    schema = ", ".join(f"`{column}` STRING" for column in columns)
    frame = session.read.csv(lines, header=True, schema=schema)
    frame.createOrReplaceTempView("sale_lines")
    for statement in statements:
        session.sql(statement).collect()
    session.stop()
    part, = Path(out).glob("part-*.csv")
    shutil.move(part, f"{out}.part")
    shutil.rmtree(out)
    shutil.move(f"{out}.part", out)
