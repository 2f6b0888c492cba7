"""Loads exports into DuckDB by their own script and runs what is asked.

Reads lines of JSON, each with a `folder` to load (none: the one before) and a `text` of one or more
statements; prints for each a line: the rows of the last statement, or the error as a text. Days and
decimals come as text.
"""

import json
import os
import sys

import duckdb

connection = duckdb.connect()
for line in sys.stdin:
    asked = json.loads(line)
    try:
        if asked.get("folder"):
            os.chdir(asked["folder"])
            with open("load.duckdb.sql", encoding="utf-8") as script:
                connection.execute(script.read())
        answer = connection.execute(asked["text"]).fetchall()
    except duckdb.Error as error:
        answer = str(error)
    print(json.dumps(answer, ensure_ascii=False, default=str), flush=True)
