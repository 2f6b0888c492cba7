//! Engines that hold an export, where a variable names a Python that has them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::has;

/// A script that runs statements in an engine.
pub struct Engine {
    pub script: &'static str,
    pub python: String,
}

impl Engine {
    /// The engine that a variable asks for; without it that is said.
    pub fn asked(variable: &str, script: &'static str) -> Option<Engine> {
        let Ok(python) = std::env::var(variable) else {
            eprintln!("{variable} names no Python with the engine: it is not tried");
            return None;
        };
        assert!(has(&python), "{python}");
        Some(Engine { script, python })
    }

    /// DuckDB, by `LEDGER_DUCKDB`.
    pub fn duckdb() -> Option<Engine> {
        Engine::asked("LEDGER_DUCKDB", "query.py")
    }

    /// Spark, by `LEDGER_SPARK`.
    pub fn spark() -> Option<Engine> {
        Engine::asked("LEDGER_SPARK", "spark.py")
    }

    /// What each text gives, over the export in the folder beside it: rows, or an error as a text.
    pub fn answers(&self, asked: &[(Option<&Path>, String)]) -> Vec<Json> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
        let mut running = Command::new(&self.python)
            .arg(scripts.join(self.script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut lines = String::new();
        for (folder, text) in asked {
            let line = json!({ "folder": folder, "text": text });
            lines.push_str(&format!("{line}\n"));
        }
        let mut input = running.stdin.take().expect("a pipe");
        // It answers while it is still being asked.
        let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
        let output = running.wait_with_output().expect("it ends");
        writer.join().expect("no panic").expect("it reads everything");
        assert!(output.status.success(), "{}", self.script);
        let said = String::from_utf8(output.stdout).expect("text");
        let answers = said.lines().map(serde_json::from_str);
        let answers: Vec<Json> = answers.collect::<Result<_, _>>().expect("JSON");
        assert_eq!(answers.len(), asked.len());
        answers
    }
}
