//! The scripts by which an engine loads the tables. They are run in the folder of an export.

use crate::sql::dialect::Dialect;
use crate::sql::tables::{SqlTable, SqlType};

/// What the folder of each top organisation's rows begins with.
pub const PARTITION: &str = "partition=";

impl Dialect {
    /// The name of the script that loads the tables.
    pub fn script(self) -> &'static str {
        match self {
            Dialect::DuckDb => "load.duckdb.sql",
            Dialect::Spark => "load.spark.sql",
        }
    }

    /// The script that makes all tables anew from the files of every partition.
    pub fn load(self, tables: &[SqlTable<'_>]) -> String {
        let head = match self {
            Dialect::DuckDb => {
                "-- The tables of one or more ledgers. Run it in this folder:\n\
                 --     duckdb ledgers.duckdb < load.duckdb.sql\n"
            }
            Dialect::Spark => {
                "-- The tables of one or more ledgers, as Parquet. Run it in this folder:\n\
                 --     spark-sql -f load.spark.sql\n"
            }
        };
        let each = tables.iter().map(|table| self.table(table));
        format!("{head}{}", each.collect::<String>())
    }

    fn table(self, table: &SqlTable<'_>) -> String {
        let (name, file) = (
            self.quoted(&table.name),
            format!("{PARTITION}*/{}.csv", table.name),
        );
        match self {
            Dialect::DuckDb => {
                let column = |(name, ty): &(String, SqlType)| {
                    format!("    '{name}': '{}'", self.type_name(*ty))
                };
                format!(
                    "\nCREATE OR REPLACE TABLE {name} AS SELECT * FROM read_csv('{file}',\n  \
                     header = true, auto_detect = false, delim = ',', quote = '\"', \
                     escape = '\"',\n  \
                     nullstr = '', allow_quoted_nulls = false, parallel = false, \
                     hive_partitioning = false,\n  columns = {{\n{}\n  }});\n",
                    joined(table, column)
                )
            }
            Dialect::Spark => {
                let column = |(name, ty): &(String, SqlType)| {
                    format!("    {} {}", self.quoted(name), self.type_name(*ty))
                };
                let view = self.quoted(&format!("{}_csv", table.name));
                format!(
                    "\nCREATE OR REPLACE TEMPORARY VIEW {view} (\n{}\n  ) USING csv OPTIONS (path \
                     '{file}', header 'true', multiLine 'true',\n  quote '\"', escape '\"', \
                     nullValue '', emptyValue '', dateFormat 'yyyy-MM-dd', mode 'FAILFAST');\n\
                     DROP TABLE IF EXISTS {name};\n\
                     CREATE TABLE {name} USING parquet AS SELECT * FROM {view};\n",
                    joined(table, column)
                )
            }
        }
    }
}

fn joined(table: &SqlTable<'_>, column: impl Fn(&(String, SqlType)) -> String) -> String {
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    columns.join(",\n")
}
