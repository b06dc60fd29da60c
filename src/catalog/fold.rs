//! Texts as a search compares them: without case, accents and other marks.

use js_sys::JsString;

use super::texts::END;

/// Letters that Unicode does not take apart into a base letter and a mark.
const LETTERS: [(char, &str); 11] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ς', "σ"),
];

/// Combining marks that a search passes over: those of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel
/// signs and the stretching of Arabic words (Unicode, blocks "Combining Diacritical Marks", "Hebrew", "Arabic").
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// The text in lower case, in compatibility decomposition (UAX #15, NFKD), without marks. Case and decomposition are the
/// browser's, which has the tables.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    stripped(&String::from(JsString::from(text).normalize("NFKD").to_lower_case()))
}

/// Folds texts, each with a 0 behind it. Only those that are not ASCII are decomposed, all at once.
pub(super) fn fold_each(texts: &str) -> String {
    let lower = texts.to_ascii_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    let mut others = Vec::new();
    each(lower.as_bytes(), |text| {
        if !text.is_ascii() {
            others.extend_from_slice(text)
        }
    });
    let others = fold(&text_of(others));
    let mut rest = others.as_bytes();
    let mut folded = Vec::with_capacity(lower.len());
    each(lower.as_bytes(), |text| {
        if text.is_ascii() {
            folded.extend_from_slice(text);
        } else {
            let (text, after) = rest.split_at(end_of(rest));
            folded.extend_from_slice(text);
            rest = after;
        }
    });
    text_of(folded)
}

/// Calls `take` with each text and the 0 behind it.
fn each(mut texts: &[u8], mut take: impl FnMut(&[u8])) {
    while !texts.is_empty() {
        let (text, rest) = texts.split_at(end_of(texts));
        take(text);
        texts = rest;
    }
}

fn end_of(texts: &[u8]) -> usize {
    memchr::memchr(END, texts).map_or(texts.len(), |end| end + 1)
}

/// Whole texts put together are a text.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// A decomposed text in lower case without its marks, and with plain letters.
fn stripped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            plain.push(letter);
            continue;
        }
        match LETTERS.iter().find(|(special, _)| *special == letter) {
            Some((_, letters)) => plain.push_str(letters),
            None if is_mark(letter) => {}
            None => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_letters_stay() {
        for (decomposed, expected) in [
            ("cafe\u{301}", "cafe"),
            ("straße", "strasse"),
            ("smørrebrød", "smorrebrod"),
            ("σοφος", "σοφοσ"),
            ("\u{643}\u{64e}\u{62a}\u{640}\u{627}\u{628}", "\u{643}\u{62a}\u{627}\u{628}"),
            ("咖啡", "咖啡"),
        ] {
            assert_eq!(stripped(decomposed), expected);
        }
        assert_eq!(fold("Desk XL 5"), "desk xl 5");
        assert_eq!(fold_each("Desk XL\0\0Pen 5\0"), "desk xl\0\0pen 5\0");
    }
}
