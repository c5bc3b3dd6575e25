//! Which edition of a category a source speaks.

use std::str::FromStr;

/// An edition that is not known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has no edition `{given}` here; known are {known}")]
pub struct UnknownEdition {
    /// Of what.
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// What could have been given.
    pub known: String,
}

macro_rules! editions {
    ($(#[$about:meta])* $name:ident, $what:literal, $($variant:ident = $text:literal),+) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("Edition ", $text, ".")] $variant),+
        }

        impl $name {
            /// All of them, oldest first.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number as it is printed on the specification.
            #[must_use]
            pub fn number(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownEdition;

            fn from_str(text: &str) -> Result<Self, UnknownEdition> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownEdition {
                        what: $what,
                        given: text.to_owned(),
                        known: [$($text),+].join(", "),
                    }),
                }
            }
        }
    };
}

editions!(
    /// Editions of category 034.
    Edition034, "category 034", V1_27 = "1.27", V1_28 = "1.28", V1_29 = "1.29"
);

editions!(
    /// Editions of category 048. Those between, which are not listed, differ from the one before by flags that it
    /// calls spare: set the one before, and their use shows as a fault that leaves the record standing.
    Edition048, "category 048", V1_14 = "1.14", V1_21 = "1.21", V1_27 = "1.27", V1_28 = "1.28",
    V1_29 = "1.29", V1_30 = "1.30", V1_31 = "1.31", V1_32 = "1.32"
);

editions!(
    /// Editions of the reserved expansion field of category 048.
    Expansion048, "the expansion field of category 048", V1_11 = "1.11", V1_12 = "1.12", V1_13 = "1.13"
);

/// What one source speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Editions {
    /// Category 034.
    pub service: Edition034,
    /// Category 048.
    pub target: Edition048,
    /// The expansion field of category 048; where it is not known, the field stays octets.
    pub expansion: Option<Expansion048>,
}

impl Editions {
    /// The latest of each, in which Rampart itself writes.
    pub const LATEST: Self = Self {
        service: Edition034::V1_29,
        target: Edition048::V1_32,
        expansion: Some(Expansion048::V1_13),
    };
}
