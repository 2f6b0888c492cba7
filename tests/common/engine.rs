//! Engines that hold an export, where a variable names a Python that has them.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

use super::has;

/// A script that runs statements in an engine, while it runs.
pub struct Engine {
    running: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Engine {
    /// The engine that a variable asks for; without it that is said.
    fn asked(variable: &str, script: &str) -> Option<Engine> {
        let Ok(python) = std::env::var(variable) else {
            eprintln!("{variable} names no Python with the engine: it is not tried");
            return None;
        };
        assert!(has(&python), "{python}");
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
        let mut running = Command::new(python)
            .arg(scripts.join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        Some(Engine {
            input: running.stdin.take().expect("a pipe"),
            output: BufReader::new(running.stdout.take().expect("a pipe")),
            running,
        })
    }

    /// DuckDB, by `LEDGER_DUCKDB`.
    pub fn duckdb() -> Option<Engine> {
        Engine::asked("LEDGER_DUCKDB", "query.py")
    }

    /// Spark, by `LEDGER_SPARK`.
    pub fn spark() -> Option<Engine> {
        Engine::asked("LEDGER_SPARK", "spark.py")
    }

    /// Loads the export in a folder.
    pub fn load(&mut self, folder: &Path) {
        let loaded = self.ask(&json!({ "folder": folder, "text": "SELECT 1" }));
        assert_eq!(loaded, json!([[1]]));
    }

    /// What a text gives: rows, or an error as a text.
    pub fn answer(&mut self, text: &str) -> Json {
        self.ask(&json!({ "text": text }))
    }

    fn ask(&mut self, asked: &Json) -> Json {
        writeln!(self.input, "{asked}").expect("it reads");
        self.input.flush().expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It ends by itself once nobody asks; on the way out of a failed test it need not.
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}
