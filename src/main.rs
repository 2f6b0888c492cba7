//! The `ledger` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Standard error is not held: whoever panics on another thread could not say so, and would wait
    // for ever.
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr());
    ExitCode::from(ledger::cmd::run(std::env::args_os(), &mut out, &mut err))
}
