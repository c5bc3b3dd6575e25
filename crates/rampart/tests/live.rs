//! The program as people run it: `watch` and `exercise` side by side, a real broker and a real TAK server
//! between them and independent readers, and `kill -9` in the middle of a raid.
//!
//! The servers and readers are what `./test` installs; it sets `RAMPART_TEST_TOOLS` to the folder of its Python
//! environment. Without that variable the test that needs them says so and does nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use support::{fresh, iraq};

/// After this a run counts as hanging.
const PATIENCE: Duration = Duration::from_secs(240);
/// A raid that comes down among people, and its seed.
const SITE: &str = "taji";
const SEED: &str = "2";

/// A program that ends with the test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }

    /// Asks it to end, as Ctrl-C does, and waits.
    fn interrupt(mut self) -> bool {
        let id = self.0.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not stop");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lines of a program's output, as they come.
struct Lines(Receiver<String>);

impl Lines {
    fn of(output: ChildStdout) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// The lines up to the first that is looked for.
    fn until(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.0.recv_timeout(left) else {
                panic!("what is awaited does not come; so far: {lines:#?}");
            };
            lines.push(line);
            if lines.last().is_some_and(|line| wanted(line)) {
                return lines;
            }
        }
    }
}

fn free_tcp_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn wait_for_port(port: u16) {
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nobody listens on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn watch(dir: &Path, port: u16, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command
        .arg("watch")
        .arg(iraq())
        .args([
            "--site",
            SITE,
            "--listen",
            &format!("udp://127.0.0.1:{port}"),
        ])
        .args(["--exercise", "--json", "--journal", "journal"])
        .args(more)
        .current_dir(dir)
        .stdout(Stdio::piped());
    command
}

fn exercise(dir: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command
        .arg("exercise")
        .arg(iraq())
        .args([
            "--site",
            SITE,
            "--munition",
            "rocket-107",
            "--rounds",
            "6",
            "--seed",
            SEED,
        ])
        .args(["--send", &format!("udp://127.0.0.1:{port}")])
        .current_dir(dir)
        .stdout(Stdio::piped());
    command
}

/// A file that another thread of the program may still be about to write.
fn read_when_there(file: &Path) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        match std::fs::read_to_string(file) {
            Ok(text) => return text,
            Err(error) => assert!(Instant::now() < until, "{}: {error}", file.display()),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The folder of the tools, or none where they have not been asked for.
fn tools() -> Option<PathBuf> {
    let tools = std::env::var_os("RAMPART_TEST_TOOLS").map(PathBuf::from);
    if tools.is_none() {
        eprintln!(
            "RAMPART_TEST_TOOLS is not set: run ./test to have the servers installed and used"
        );
    }
    tools
}

fn message(line: &str) -> Value {
    let whole: Value = serde_json::from_str(line).unwrap();
    assert!(whole.get("actual").is_none(), "{line}");
    whole.get("exercise").unwrap().clone()
}

fn is_last(line: &str) -> bool {
    line.contains("\"all-clear\"") || line.contains("\"cancel\"")
}

/// The part of an identifier that all messages of a warning share.
fn base(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match message["references"].as_array().unwrap().first() {
        Some(first) => text(first),
        None => text(&message["identifier"]),
    }
}

#[test]
fn sirens_maps_and_files_are_told_by_way_of_real_servers() {
    let Some(tools) = tools() else { return };
    let dir = fresh("live-servers");
    let (mqtt_port, tak_port, port) = (free_tcp_port(), free_tcp_port(), free_udp_port());
    let configuration = format!("listener {mqtt_port} 127.0.0.1\nallow_anonymous true\n");
    std::fs::write(dir.join("mosquitto.conf"), configuration).unwrap();
    let broker = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"];
    let broker = broker
        .iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or(&"mosquitto");
    let mut broker = Command::new(broker);
    broker
        .args(["-c", "mosquitto.conf"])
        .current_dir(&dir)
        .stderr(Stdio::null());
    let _broker = Running::start(&mut broker);
    let configuration = format!(
        "[taky]\nbind_ip=127.0.0.1\nroot_dir=.\n[cot_server]\nport={tak_port}\n[ssl]\nenabled=false\n"
    );
    std::fs::write(dir.join("taky.conf"), configuration).unwrap();
    let mut server = Command::new(tools.join("bin/taky"));
    server
        .args(["-c", "taky.conf"])
        .current_dir(&dir)
        .stderr(Stdio::null());
    let _server = Running::start(&mut server);
    wait_for_port(mqtt_port);
    wait_for_port(tak_port);

    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/cot_client.py");
    let mut map = Command::new(tools.join("bin/python"));
    map.arg(client)
        .arg(tak_port.to_string())
        .stdout(Stdio::piped());
    let mut map = Running::start(&mut map);
    let map_lines = Lines::of(map.0.stdout.take().unwrap());
    map_lines.until(|line| line == "ready");
    let mut siren = Command::new("mosquitto_sub");
    siren
        .args(["-h", "127.0.0.1", "-p", &mqtt_port.to_string()])
        .args(["-q", "1", "-v", "-t", "rampart/#"])
        .stdout(Stdio::piped());
    let mut siren = Running::start(&mut siren);
    let siren_lines = Lines::of(siren.0.stdout.take().unwrap());

    let (mqtt, tak) = (
        format!("mqtt://127.0.0.1:{mqtt_port}"),
        format!("tcp://127.0.0.1:{tak_port}/exercise"),
    );
    let mut watching = Running::start(&mut watch(
        &dir,
        port,
        &["--mqtt", &mqtt, "--tak", &tak, "--cap", "cap"],
    ));
    let lines = Lines::of(watching.0.stdout.take().unwrap());
    let status = format!("rampart/exercise/{SITE}/status");
    siren_lines.until(|line| line == format!("{status} online"));
    let mut raid = Running::start(&mut exercise(&dir, port));
    let told: Vec<Value> = lines
        .until(is_last)
        .iter()
        .map(|line| message(line))
        .collect();

    // The siren heard the same, message for message.
    let topic = format!("rampart/exercise/{SITE}/zones/{SITE}/state ");
    let heard = siren_lines.until(is_last);
    let heard: Vec<Value> = heard
        .iter()
        .map(|line| message(line.strip_prefix(&topic).unwrap()))
        .collect();
    assert_eq!(heard, told);
    assert_eq!(told[0]["stage"], "alert");
    // The map drew the zone, as an exercise, under one name.
    let drawn = map_lines.until(|_| true);
    let drawn: Value = serde_json::from_str(&drawn[0]).unwrap();
    assert_eq!(drawn["how"], "m-s");
    assert!(
        drawn["uid"]
            .as_str()
            .unwrap()
            .starts_with("rampart-exercise-")
    );
    assert!(drawn["uid"].as_str().unwrap().contains(&base(&told[0])));
    assert!(drawn["corners"].as_array().unwrap().len() > 4);
    // Every message is a file, and every file is good CAP.
    for one in &told {
        let identifier = one["identifier"].as_str().unwrap();
        let file = dir.join("cap/exercise").join(format!("{identifier}.xml"));
        let text = read_when_there(&file);
        let checked = feeds::cap::check(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
        drop(checked);
        assert!(text.contains("<status>Exercise</status>"), "{text}");
    }
    assert!(!dir.join("cap/actual").exists());
    // A siren acknowledges.
    let acknowledgement = format!("rampart/exercise/{SITE}/zones/{SITE}/acknowledgement");
    let words = format!(
        "{{\"identifier\":{},\"by\":\"siren 7\"}}",
        told[0]["identifier"]
    );
    let published = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &mqtt_port.to_string(), "-q", "1"])
        .args(["-t", &acknowledgement, "-m", &words])
        .status();
    assert!(published.unwrap().success());
    siren_lines.until(|line| line.starts_with(&acknowledgement));
    // What is said of the raid holds no place.
    let mut said = String::new();
    raid.0
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(raid.0.wait().unwrap().success());
    assert!(
        said.contains("6 rocket-107") && said.contains("marked as simulated"),
        "{said}"
    );
    assert!(watching.interrupt());
    siren_lines.until(|line| line == format!("{status} offline"));
}

#[test]
fn a_watch_that_is_killed_goes_on_with_the_same_warning() {
    let dir = fresh("live-killed");
    let port = free_udp_port();
    let mut first = Running::start(&mut watch(&dir, port, &[]));
    let lines = Lines::of(first.0.stdout.take().unwrap());
    let _raid = Running::start(&mut exercise(&dir, port));
    let alert = message(
        lines
            .until(|line| line.contains("\"alert\""))
            .last()
            .unwrap(),
    );
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    let mut second = Running::start(&mut watch(&dir, port, &[]));
    let lines = Lines::of(second.0.stdout.take().unwrap());
    let told = lines.until(is_last);
    for one in &told {
        assert_eq!(base(&message(one)), base(&alert), "a second warning: {one}");
    }
    assert!(second.interrupt());
    let verified = support::rampart(
        &dir,
        &[
            "watch",
            iraq().to_str().unwrap(),
            "--site",
            SITE,
            "--exercise",
            "--journal",
            "journal",
            "--verify",
        ],
    );
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{said}");
    assert!(said.contains(" 0 differ, 0 decided after"), "{said}");
}

#[test]
fn two_watches_do_not_share_a_journal_and_realities_do_not_share_receivers() {
    let dir = fresh("live-locked");
    let mut first = Running::start(watch(&dir, free_udp_port(), &[]).stderr(Stdio::piped()));
    let mut notes = BufReader::new(first.0.stderr.take().unwrap());
    let mut note = String::new();
    while !note.contains("journal") {
        assert!(notes.read_line(&mut note).unwrap() > 0, "{note}");
    }
    let refused = |more: &[&str], expected: &str| {
        let output = watch(&dir, free_udp_port(), more)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
    };
    refused(&[], "in use by another");
    refused(
        &["--mqtt", "mqtt://127.0.0.1:1/actual"],
        "for actual warnings, and this is an exercise",
    );
    refused(
        &["--tak", "tcp://127.0.0.1:1"],
        "write `tcp://127.0.0.1:1/exercise`",
    );
    assert!(first.interrupt());
}

#[test]
fn a_watch_that_is_no_exercise_refuses_simulated_plots_aloud() {
    let dir = fresh("live-refused");
    let port = free_udp_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command
        .arg("watch")
        .arg(iraq())
        .args([
            "--site",
            SITE,
            "--listen",
            &format!("udp://127.0.0.1:{port}"),
        ])
        .args(["--journal", "journal"])
        .current_dir(&dir)
        .stdout(Stdio::piped());
    let mut watching = Running::start(&mut command);
    let lines = Lines::of(watching.0.stdout.take().unwrap());
    lines.until(|line| line.contains("journal"));
    let _raid = Running::start(&mut exercise(&dir, port));
    let said = lines.until(|line| line.starts_with("refused: simulated plots"));
    assert!(!said.iter().any(|line| line.contains("ALERT")), "{said:?}");
    assert!(watching.interrupt());
    let _ = std::io::stdout().flush();
}
