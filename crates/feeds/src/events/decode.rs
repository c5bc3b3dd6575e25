//! From bytes to text: UTF-8, UTF-16 that says so, and stray bytes of Windows-1252.

use super::Refusal;
use std::borrow::Cow;

/// Windows-1252 from 0x80 to 0x9f (Unicode Consortium, CP1252.TXT); the five bytes that it leaves
/// undefined are the replacement character. Bytes from 0xa0 on are Latin-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text, and notes on how it was found.
pub(super) fn text(bytes: &[u8]) -> Result<(Cow<'_, str>, Vec<String>), Refusal> {
    let (text, notes) = if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        utf16(rest, u16::from_le_bytes)?
    } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        utf16(rest, u16::from_be_bytes)?
    } else {
        utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
    };
    if let Some(at) = text.find('\0') {
        let line = 1 + newlines(text.get(..at).unwrap_or_default());
        return Err(Refusal::ZeroByte { line });
    }
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    Ok((text, notes))
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<(Cow<'static, str>, Vec<String>), Refusal> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(Refusal::Utf16);
    }
    let units = pairs.filter_map(|pair| pair.try_into().ok().map(unit));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    let text = text.map_err(|_| Refusal::Utf16)?;
    let notes = vec!["the file is UTF-16".to_owned()];
    Ok((Cow::Owned(text), notes))
}

/// What is UTF-8 stays; every byte that is not is one of Windows-1252. So a file of Latin-1 is read
/// right, and a single bad byte in a file of UTF-8 spoils nothing else.
fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Vec<String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    let (mut strays, mut undefined, mut first_line) = (0_usize, 0_usize, None);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            first_line.get_or_insert_with(|| 1 + newlines(&text));
            strays += 1;
            let character = windows_1252(byte);
            undefined += usize::from(character == char::REPLACEMENT_CHARACTER);
            text.push(character);
        }
    }
    let mut notes = vec![format!(
        "{strays} bytes are not UTF-8 and are read as Windows-1252, the first of them on line {}",
        first_line.unwrap_or(1)
    )];
    if undefined > 0 {
        notes.push(format!(
            "{undefined} bytes are neither UTF-8 nor Windows-1252 and are shown as \u{fffd}"
        ));
    }
    (Cow::Owned(text), notes)
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> String {
        text(bytes).unwrap().0.into_owned()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let expected = "id\nBa’qūbah é";
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            expected.encode_utf16().flat_map(order).collect()
        };
        let little = [b"\xFF\xFE".to_vec(), wide(u16::to_le_bytes)].concat();
        let big = [b"\xFE\xFF".to_vec(), wide(u16::to_be_bytes)].concat();
        let marked = [b"\xEF\xBB\xBF", expected.as_bytes()].concat();
        for bytes in [expected.as_bytes(), &marked, &little, &big] {
            assert_eq!(whole(bytes), expected);
        }
        let mixed = b"id\nBa\x92q\xC5\xABbah \xE9";
        let (read, notes) = text(mixed).unwrap();
        assert_eq!(read, expected);
        assert_eq!(
            notes,
            ["2 bytes are not UTF-8 and are read as Windows-1252, the first of them on line 2"]
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(text(b"a\nb\0c"), Err(Refusal::ZeroByte { line: 2 }));
        assert_eq!(text(b"\xFF\xFEi\0d"), Err(Refusal::Utf16));
        assert_eq!(text(b"\xFF\xFE\x00\xD8"), Err(Refusal::Utf16));
        assert_eq!(text(b"\xEF\xBB\xBF \n"), Err(Refusal::Empty));
    }
}
