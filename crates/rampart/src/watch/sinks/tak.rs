//! Warnings as Cursor on Target events over TCP, to a TAK server.

use super::Sink;
use feeds::cot;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;
use theatre::warning::Warning;

/// How long a connection and a message may take before the server counts as dead.
const TIMEOUT: Duration = Duration::from_secs(3);

/// A TAK server.
#[derive(Debug)]
pub struct Tak {
    address: String,
    stream: Option<TcpStream>,
    /// What a server that has been away must be told, by zone.
    latest: BTreeMap<String, Vec<u8>>,
}

impl Tak {
    /// A server at `host:port`; it is connected to when there is something to do.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
            latest: BTreeMap::new(),
        }
    }

    /// Connects where there is no connection, and tells the latest of each zone again.
    fn connect(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.is_none() {
            let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
            for address in self.address.to_socket_addrs()? {
                outcome = TcpStream::connect_timeout(&address, TIMEOUT);
                if outcome.is_ok() {
                    break;
                }
            }
            let mut stream = outcome?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            stream.set_nodelay(true)?;
            for event in self.latest.values() {
                stream.write_all(event)?;
            }
            self.stream = Some(stream);
        }
        self.stream
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Reads and forgets what the server says, which would otherwise stop it in the end; notices when
    /// it has gone.
    fn drain(stream: &mut TcpStream) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        let mut buffer = [0; 4_096];
        let outcome = loop {
            match stream.read(&mut buffer) {
                Ok(0) => break Err(io::ErrorKind::ConnectionAborted.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        stream.set_nonblocking(false)?;
        outcome
    }

    fn attempt(&mut self, event: Option<&[u8]>) -> io::Result<()> {
        let stream = self.connect()?;
        Self::drain(stream)?;
        match event {
            Some(event) => stream.write_all(event),
            None => Ok(()),
        }
    }
}

impl Sink for Tak {
    fn deliver(&mut self, warning: &Warning) -> io::Result<()> {
        let event = cot::event(warning)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?
            .into_bytes();
        let outcome = self.attempt(Some(&event));
        match &outcome {
            Ok(()) => drop(self.latest.insert(warning.zone.id.clone(), event)),
            Err(_) => self.stream = None,
        }
        outcome
    }

    fn idle(&mut self) -> io::Result<()> {
        let outcome = self.attempt(None);
        if outcome.is_err() {
            self.stream = None;
        }
        outcome
    }
}
