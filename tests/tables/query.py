"""Loads an export into DuckDB by its own script and prints what is asked: query.py FOLDER QUERY…

Each query's rows come as lines of JSON; days and decimals as text.
"""

import json
import os
import sys

import duckdb

os.chdir(sys.argv[1])
connection = duckdb.connect()
with open("load.duckdb.sql", encoding="utf-8") as script:
    connection.execute(script.read())
for query in sys.argv[2:]:
    for row in connection.execute(query).fetchall():
        print(json.dumps(row, ensure_ascii=False, default=str))
