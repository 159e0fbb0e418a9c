"""One of DuckDB's runs in race.py: FILE plain|wide|once|write THREADS SPILL.

Prints wall and processor seconds of the query, then the sums as CSV. The types are as narrow as the
generated month allows, and every line can be read: it only has to add up. With `wide` numbers have ten digits behind the
point, and times a zone. With `write` it leaves the lines as Parquet beside the file, in its order, as DuckDB writes it when nothing else is asked for.
"""

import csv
import sys
import time
from pathlib import Path

import duckdb

path, way, threads, spill = sys.argv[1:]
# In Parquet only a time with its zone is an instant; where it needs none, DuckDB is quicker without.
TIME = "TIMESTAMPTZ" if way in ("wide", "write") else "TIMESTAMP"
# Of an instant the day is found sooner this way than by the calendar of a zone.
DAY = "CAST(make_timestamp(epoch_us(time)) AS DATE)" if way == "wide" else "CAST(time AS DATE)"
QUANTITY, AMOUNT = ("DECIMAL(38,10)",) * 2 if way == "wide" else ("DECIMAL(18,3)", "DECIMAL(18,6)")
columns = {
    "id": "VARCHAR", "time": TIME, "product": "VARCHAR", "channel": "VARCHAR",
    "customer": "VARCHAR", "kind": "VARCHAR", "quantity": QUANTITY, "unit": "VARCHAR",
    "amount": AMOUNT, "currency": "VARCHAR",
}
source = f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {columns})"
if path.endswith(".parquet"):
    source = f"read_parquet('{path}')"
lines = f"SELECT id, time, product, channel, kind, quantity, unit, amount, currency FROM {source}"
if way == "once":
    # Of rows that contradict each other the earliest counts.
    lines = f"""
        SELECT min(time) AS time, arg_min(product, time) AS product, arg_min(channel, time) AS channel,
               arg_min(kind, time) AS kind, arg_min(quantity, time) AS quantity,
               arg_min(unit, time) AS unit, arg_min(amount, time) AS amount,
               arg_min(currency, time) AS currency
        FROM ({lines}) GROUP BY id
    """
query = f"""
    SELECT {DAY} AS day, product, channel, kind, unit, currency, count(*),
           coalesce(sum(quantity), 0), coalesce(sum(amount), 0)
    FROM ({lines}) GROUP BY ALL ORDER BY ALL
"""
connection = duckdb.connect()
connection.execute(f"SET threads = {int(threads)}")
connection.execute(f"SET temp_directory = '{spill}'")
connection.execute("SET TimeZone = 'UTC'")
if way == "write":
    connection.execute(f"COPY (FROM {source}) TO '{Path(path).with_suffix('.parquet')}' (FORMAT parquet)")
    sys.exit()
wall, cpu = time.perf_counter(), time.process_time()
rows = connection.execute(query).fetchall()
print(time.perf_counter() - wall, time.process_time() - cpu)
write = csv.writer(sys.stdout)
write.writerow("day product channel kind unit currency rows quantity amount".split())
write.writerows(rows)
