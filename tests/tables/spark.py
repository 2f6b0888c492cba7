"""The same as query.py with Spark on this machine: its own script loads the tables as Parquet."""

import json
import os
import shutil
import sys
import tempfile

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

home = tempfile.mkdtemp()
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.sql.warehouse.dir", os.path.join(home, "warehouse"))
    .config("spark.driver.extraJavaOptions", f"-Dderby.system.home={home}")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    # Plans of forty figures do not fit into the default.
    .config("spark.driver.memory", "4g")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")


def run(text):
    """Runs statements one by one, each of which ends a line with its semicolon."""
    for statement in text.split(";\n"):
        lines = [line for line in statement.splitlines() if line.strip()]
        if any(not line.startswith("--") for line in lines):
            found = spark.sql(statement)
    return [list(row) for row in found.collect()]


for line in sys.stdin:
    asked = json.loads(line)
    try:
        if asked.get("folder"):
            folder = asked["folder"]
            with open(os.path.join(folder, "load.spark.sql"), encoding="utf-8") as script:
                # The engine stays in the folder in which it began.
                run(script.read().replace("path 'partition=", f"path '{folder}/partition="))
        answer = run(asked["text"])
    except PySparkException as error:
        answer = str(error)
    print(json.dumps(answer, ensure_ascii=False, default=str), flush=True)
shutil.rmtree(home, ignore_errors=True)
