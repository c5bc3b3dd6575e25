//! Addresses on the command line: `udp://HOST:PORT`, `mqtt://[USER[:PASSWORD]@]HOST[:PORT]`, `tcp://HOST:PORT`.
//!
//! Those of receivers may end in `/actual` or `/exercise`, which says what they are for.

use super::message::reality_word;
use std::fmt;
use theatre::warning::Reality;

/// Port of MQTT without encryption (IANA).
const MQTT_PORT: u16 = 1_883;

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not of the form.
    #[error("`{given}` is no address here: write {form}")]
    Form {
        /// What was given.
        given: String,
        /// What could have been given.
        form: &'static str,
    },
    /// It is marked for the other reality.
    #[error("`{given}` is for {marked} warnings, and this is {}", purpose(*.reality))]
    Other {
        /// What was given.
        given: String,
        /// What it is marked for.
        marked: &'static str,
        /// What is running.
        reality: Reality,
    },
    /// An exercise could reach a live receiver.
    #[error(
        "`{given}` does not say that it is for exercises, and a TAK server has no topics to keep them apart: \
         write `{given}/exercise` where nobody relies on that server"
    )]
    Unmarked {
        /// What was given.
        given: String,
    },
}

fn purpose(reality: Reality) -> &'static str {
    match reality {
        Reality::Actual => "no exercise",
        Reality::Exercise => "an exercise",
    }
}

/// Where somebody listens.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or number of the machine.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// What the receiver is for, where that is said.
    pub marked: Option<Reality>,
}

impl fmt::Debug for Address {
    /// Without the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(out, "[{}]:{}", self.host, self.port),
            false => write!(out, "{}:{}", self.host, self.port),
        }
    }
}

/// The address of a UDP socket.
///
/// # Errors
/// [`AddressError::Form`].
pub fn udp(given: &str) -> Result<Address, AddressError> {
    let form = "udp://HOST:PORT";
    let address = parse(given, "udp://", None, form)?;
    if address.marked.is_some() || address.credentials.is_some() {
        return Err(fault(given, form));
    }
    Ok(address)
}

/// The address of an MQTT broker, for warnings of a reality. Topics keep realities apart on a broker.
///
/// # Errors
/// [`AddressError`], where it is not of the form or marked for the other reality.
pub fn mqtt(given: &str, reality: Reality) -> Result<Address, AddressError> {
    let form = "mqtt://HOST, mqtt://HOST:PORT or mqtt://USER:PASSWORD@HOST:PORT";
    let address = parse(given, "mqtt://", Some(MQTT_PORT), form)?;
    fits(given, &address, reality)?;
    Ok(address)
}

/// The address of a TAK server, for warnings of a reality. In an exercise it must be marked for that.
///
/// # Errors
/// [`AddressError`].
pub fn tak(given: &str, reality: Reality) -> Result<Address, AddressError> {
    let form = "tcp://HOST:PORT";
    let address = parse(given, "tcp://", None, form)?;
    if address.credentials.is_some() {
        return Err(fault(given, form));
    }
    fits(given, &address, reality)?;
    if reality == Reality::Exercise && address.marked.is_none() {
        return Err(AddressError::Unmarked {
            given: given.to_owned(),
        });
    }
    Ok(address)
}

fn fits(given: &str, address: &Address, reality: Reality) -> Result<(), AddressError> {
    match address.marked.filter(|marked| *marked != reality) {
        None => Ok(()),
        Some(marked) => Err(AddressError::Other {
            given: given.to_owned(),
            marked: reality_word(marked),
            reality,
        }),
    }
}

fn fault(given: &str, form: &'static str) -> AddressError {
    AddressError::Form {
        given: given.to_owned(),
        form,
    }
}

fn parse(
    given: &str,
    scheme: &str,
    port: Option<u16>,
    form: &'static str,
) -> Result<Address, AddressError> {
    let wrong = || fault(given, form);
    let rest = given.strip_prefix(scheme).ok_or_else(wrong)?;
    let (rest, path) = rest.split_once('/').unwrap_or((rest, ""));
    let marked = match path {
        "" => None,
        "actual" => Some(Reality::Actual),
        "exercise" => Some(Reality::Exercise),
        _ => return Err(wrong()),
    };
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (Some(credentials), rest),
        None => (None, rest),
    };
    let credentials = credentials.map(|both| {
        let (user, password) = both.split_once(':').unwrap_or((both, ""));
        (user.to_owned(), password.to_owned())
    });
    let (host, port) = host_and_port(rest, port).ok_or_else(wrong)?;
    Ok(Address {
        host: host.to_owned(),
        port,
        credentials,
        marked,
    })
}

fn host_and_port(text: &str, port: Option<u16>) -> Option<(&str, u16)> {
    let (host, after) = match text.strip_prefix('[') {
        Some(numbered) => numbered.split_once(']')?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match after.strip_prefix(':') {
        Some(digits) => digits.parse().ok().filter(|port| *port > 0),
        None if after.is_empty() => port,
        None => None,
    };
    (!host.is_empty()).then_some(())?;
    Some((host, port?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let address = udp("udp://127.0.0.1:8600").unwrap();
        assert_eq!((address.host.as_str(), address.port), ("127.0.0.1", 8600));
        assert_eq!(udp("udp://[::1]:8600").unwrap().to_string(), "[::1]:8600");
        let broker = mqtt(
            "mqtt://siren:s@fe@broker.example/exercise",
            Reality::Exercise,
        )
        .unwrap();
        assert_eq!(broker.port, 1_883);
        assert_eq!(
            broker.credentials,
            Some(("siren".to_owned(), "s@fe".to_owned()))
        );
        assert!(!format!("{broker:?}").contains("s@fe"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_form() {
        for given in [
            "127.0.0.1:8600",
            "udp://",
            "udp://host",
            "udp://host:0",
            "udp://:1",
            "udp://h:1/x",
        ] {
            let error = udp(given).unwrap_err().to_string();
            assert!(error.contains("udp://HOST:PORT"), "{error}");
        }
        assert!(tak("tcp://user@host:1", Reality::Actual).is_err());
    }

    #[test]
    fn realities_stay_apart() {
        let actual = mqtt("mqtt://host/actual", Reality::Exercise)
            .unwrap_err()
            .to_string();
        assert!(
            actual.contains("for actual warnings, and this is an exercise"),
            "{actual}"
        );
        assert!(mqtt("mqtt://host/exercise", Reality::Actual).is_err());
        assert!(tak("tcp://host:8087", Reality::Exercise).is_err());
        assert!(tak("tcp://host:8087", Reality::Actual).is_ok());
        assert!(tak("tcp://host:8087/exercise", Reality::Exercise).is_ok());
        assert!(tak("tcp://host:8087/exercise", Reality::Actual).is_err());
    }
}
