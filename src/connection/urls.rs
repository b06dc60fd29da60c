//! The URLs to ask, resolved once and refused at once when the browser could not ask them.

use web_sys::Url;

use crate::error::{Error, Result};
use crate::global::{global, property};

/// Each URL as an absolute one.
///
/// # Errors
/// `InvalidArgument` for a text that is no URL, or one of another scheme than http and https.
pub(super) fn resolve(urls: &[String]) -> Result<Vec<String>> {
    let base = base();
    urls.iter()
        .map(|url| {
            let refused = |why| Err(Error::argument("urls", format!("'{url}' {why}")));
            match Url::new_with_base(url, &base) {
                Err(_) => refused("is not a URL, neither absolute nor relative to the page"),
                Ok(parsed) if parsed.protocol() == "http:" || parsed.protocol() == "https:" => Ok(parsed.href()),
                Ok(_) => refused("is not a URL of http or https"),
            }
        })
        .collect()
}

/// What relative URLs are relative to. A worker made from a blob has a location that nothing can be relative to, but
/// knows the origin of the page that made it. Outside a browser there is neither; then they are relative to this computer,
/// as in the page that test runners imitate.
fn base() -> String {
    let read = |object, name| property(&global(object), name).as_string();
    read("document", "baseURI")
        .or_else(|| read("location", "href").filter(|href| !href.starts_with("blob:")))
        .or_else(|| read("location", "origin"))
        .unwrap_or_else(|| "http://localhost/".into())
}
