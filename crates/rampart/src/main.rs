//! The `rampart` program.

use clap::Parser;
use rampart::commands::Arguments;
use std::process::ExitCode;

/// Exit code for a command line that makes no sense (`EX_USAGE` of sysexits).
const WRONG_USAGE: u8 = 64;

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => arguments.run(),
        Err(error) => {
            // Nothing is left to be done where even this cannot be printed.
            let _ = error.print();
            match error.exit_code() {
                0 => ExitCode::SUCCESS,
                _ => ExitCode::from(WRONG_USAGE),
            }
        }
    }
}
