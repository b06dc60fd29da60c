use super::*;

fn classified(name: &str, message: &str) -> Error {
    Error::classify(name, message, Cause::default())
}

#[test]
fn dom_exceptions_become_the_error_a_caller_can_act_on() {
    let codes = [
        ("QuotaExceededError", "", "QuotaExceeded"),
        ("ConstraintError", "", "Constraint"),
        ("DataCloneError", "", "InvalidRecord"),
        ("DataError", "", "InvalidRecord"),
        ("InvalidStateError", "The database connection is closing.", "ConnectionLost"),
        ("UnknownError", "Internal error opening backing store for indexedDB.open.", "ConnectionLost"),
        ("UnknownError", "Connection to Indexed Database server lost. Refresh the page", "ConnectionLost"),
        ("UnknownError", "Unable to open database file on disk", "ConnectionLost"),
        ("UnknownError", "The operation failed", "Other"),
        ("SecurityError", "", "Unsupported"),
        ("SomethingNew", "", "Other"),
    ];
    for (name, message, code) in codes {
        assert_eq!(classified(name, message).code(), code, "{name}: {message}");
    }
}

#[test]
fn a_constraint_error_names_its_index() {
    let message = "Unable to add key to index 'login': at least one key does not satisfy the uniqueness requirements.";
    let error = classified("ConstraintError", message);
    let ErrorKind::Constraint { index, .. } = error.kind() else { panic!() };
    assert_eq!(index.as_deref(), Some("login"));
}

#[test]
fn only_the_legacy_pair_is_retried() {
    assert!(classified("QuotaExceededError", "").is_transient());
    assert!(classified("AbortError", "").is_transient());
    assert!(!classified("ConstraintError", "").is_transient());
    assert!(!classified("UnknownError", "").is_transient());
}

#[test]
fn the_texts_that_callers_match_stay_in_the_message() {
    assert!(classified("QuotaExceededError", "").to_string().contains("QUOTA_EXCEEDED"));
    let timeout = ErrorKind::Timeout { what: "x".into(), advice: "try again", after: Duration::from_millis(5) };
    assert!(timeout.to_string().contains("Connection timeout"));
}

#[test]
fn a_bulk_failure_says_how_many_are_on_disk() {
    let error = Error::from(ErrorKind::Partial { saved: 20_000, source: classified("QuotaExceededError", "") });
    assert_eq!(error.code(), "QuotaExceeded");
    assert!(error.to_string().contains("20000 records are on disk"));
}

#[test]
fn a_bad_record_is_named_by_position_and_field() {
    let error = Error::field("login", "must not be empty").at(7);
    assert_eq!(error.to_string(), "record 7, field 'login': must not be empty");
}
