//! Writing XML, and text that a stranger may have chosen.

/// Elements written one after another.
#[derive(Default)]
pub(crate) struct Markup {
    text: String,
}

impl Markup {
    /// Begins with that text, which is taken as it is.
    pub(crate) fn beginning(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// An element that holds text.
    pub(crate) fn leaf(&mut self, name: &str, value: &str) {
        self.group(name, |inside| escape(value, &mut inside.text));
    }

    /// An element that holds others.
    pub(crate) fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.text.push_str(&format!("<{name}>"));
        inside(self);
        self.text.push_str(&format!("</{name}>"));
    }

    /// An element that holds attributes alone.
    pub(crate) fn mark(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.open(name, attributes, "/>");
    }

    /// An element that holds attributes and others.
    pub(crate) fn marked_group(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes, ">");
        inside(self);
        self.text.push_str(&format!("</{name}>"));
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push_str(&format!(" {attribute}=\""));
            escape(value, &mut self.text);
            self.text.push('"');
        }
        self.text.push_str(end);
    }
}

fn escape(value: &str, out: &mut String) {
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(character),
        }
    }
}

/// Text that XML can hold and a screen shows in its order: without control characters, marks that change the direction
/// of writing, and characters that are none; runs of blanks as one; at most `limit` characters, the last an
/// ellipsis where more were there. `otherwise` where nothing is left.
pub(crate) fn readable(text: &str, limit: usize, otherwise: &str) -> String {
    let shown = |character: &char| {
        let hidden = matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
        let noncharacter =
            *character as u32 & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}');
        !hidden && !noncharacter
    };
    let mut kept = String::new();
    let mut count = 0;
    let mut blank = false;
    for character in text.chars().filter(shown) {
        if character.is_whitespace() || character.is_control() {
            blank = count > 0;
            continue;
        }
        if count + usize::from(blank) >= limit {
            kept.pop();
            kept.push('…');
            break;
        }
        if std::mem::take(&mut blank) {
            kept.push(' ');
            count += 1;
        }
        kept.push(character);
        count += 1;
    }
    if kept.is_empty() {
        otherwise.to_owned()
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_mislead_a_reader_is_left_out() {
        assert_eq!(
            readable("  Camp\u{202e} \n\t North\u{0}\u{ffff} ", 20, "-"),
            "Camp North"
        );
        assert_eq!(readable("\u{7}\u{200b} ", 20, "zone-1"), "zone-1");
        assert_eq!(readable("abcdef", 6, ""), "abcdef");
        assert_eq!(readable("abcdefg", 6, ""), "abcde…");
        assert_eq!(readable("abcde  fg", 6, ""), "abcd…");
    }

    proptest! {
        #[test]
        fn any_text_becomes_xml_that_reads_the_same(text in any::<String>(), limit in 1_usize..50) {
            let kept = readable(&text, limit, "otherwise");
            prop_assert!(kept == "otherwise" || kept.chars().count() <= limit);
            let mut markup = Markup::default();
            markup.marked_group("a", &[("b", &kept)], |inside| inside.leaf("c", &kept));
            let written = markup.finish();
            let document = roxmltree::Document::parse(&written)?;
            prop_assert_eq!(document.root_element().attribute("b"), Some(kept.as_str()));
            let leaf = document.root_element().first_element_child();
            prop_assert_eq!(leaf.and_then(|leaf| leaf.text()), Some(kept.as_str()));
        }
    }
}
