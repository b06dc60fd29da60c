//! Texts and bytes: what the standard library and `uuid` have for it would add 1 KB to the module.

/// The text after `marker`.
pub(crate) fn after<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let at = text.as_bytes().windows(marker.len()).position(|bytes| bytes == marker.as_bytes())?;
    text.get(at + marker.len()..)
}

/// The text before and from the first of some ASCII characters on; all of it and nothing when it has none.
pub(crate) fn split<'a>(text: &'a str, at: &[u8]) -> (&'a str, &'a str) {
    let place = text.bytes().position(|byte| at.contains(&byte)).unwrap_or(text.len());
    text.split_at_checked(place).unwrap_or((text, ""))
}

/// Two digits for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(digit + if digit < 10 { b'0' } else { b'a' - 10 }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_or_not() {
        assert_eq!(after("on index 'é': x", "index "), Some("'é': x"));
        assert_eq!(after("on inde", "index "), None);
        assert_eq!(after("", "index "), None);
    }

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hexadecimal(&[0, 9, 0xa0, 0xff]), "0009a0ff");
    }

    #[test]
    fn a_text_is_split_before_what_is_found() {
        assert_eq!(split("10:00é+02:00", b"Z+-"), ("10:00é", "+02:00"));
        assert_eq!(split("é", b"Z+-"), ("é", ""));
        assert_eq!(split("", b"Z"), ("", ""));
    }
}
