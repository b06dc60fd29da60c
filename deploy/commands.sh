# The commands of pos-offline-deploy, which reads this file.

install_on() {
  [ $# -ge 2 ] || refuse "install needs a folder with a release, and hosts"
  release=$1
  shift
  [ -r "$release/SHA256SUMS" ] || refuse "$release has no SHA256SUMS: is it a folder that make release has written?"
  set -- "$@" --
  archive=
  for found in "$release/$module"-*.zip; do
    [ -z "$archive" ] || refuse "$release has more than one archive of $module"
    archive=$found
  done
  [ -r "$archive" ] || refuse "$release has no archive of $module"
  (cd "$release" && grep "  ${archive##*/}\$" SHA256SUMS | sha256sum -c --status -) || refuse "${archive##*/} has not the sum that SHA256SUMS says: copy the release again"
  unpack "$archive" "$work/new" 2>/dev/null || refuse "${archive##*/} cannot be unpacked"
  version=$(version_of "$work/new/$module")
  [ -n "$version" ] || refuse "${archive##*/} has no manifest with a version"
  sum=$(sha256sum <"$archive" | cut -d' ' -f1)
  sums "$work/new/$module" >"$work/sums"

  # Every host, before the first one is changed.
  refused=
  for host; do
    [ "$host" != -- ] || break
    state_of "$host" || { refused=yes; continue; }
    case $state in
    changed | unknown)
      [ -n "$force" ] || { echo "$host: its files are not what the last release left (version ${installed:-unknown}): look at them; --force keeps a copy and goes on" >&2; refused=yes; } ;;
    interrupted)
      echo "$host: a deployment broke off there: rollback $host first" >&2; refused=yes ;;
    esac
    if [ -n "$installed" ] && [ "$(major_of "$installed")" != "$(major_of "$version")" ] && [ -z "$major" ]; then
      echo "$host: has version $installed, and $version is another major version or series: read its changes, then --new-major" >&2; refused=yes
    fi
    [ -n "$refused" ] || say "$host: ${installed:-nothing} -> $version"
  done
  [ -z "$refused" ] || refuse "nothing was changed on any host"
  [ -z "$dry" ] || { say "nothing was changed: --dry-run"; return 0; }

  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  while [ "$1" != -- ]; do
    host=$1
    shift
    if ! put_on "$host"; then
      left=$(printf %s "$*" | sed 's/ *--$//')
      [ -z "$left" ] || echo "not touched: $left" >&2
      exit 1
    fi
    say "$host: $version is installed and served; the backup is $stamp"
  done
}

# put_on HOST: all steps, or none of them.
put_on() {
  doing="making room"
  if on "$1" receive >"$work/said" 2>&1 &&
    doing="copying" && send "$archive" "$1" archive.zip >"$work/said" 2>&1 && send "$work/sums" "$1" sums >"$work/said" 2>&1 &&
    doing="unpacking" && on "$1" unpack "$sum" >"$work/said" 2>&1 &&
    doing="putting the files in place" && on "$1" swap "$stamp" "$version" >"$work/said" 2>&1 &&
    : >"$work/said" && doing="reloading" && reloaded "$1" &&
    doing="asking for the new files" && served "$1" "$work/sums" &&
    doing="confirming" && on "$1" confirm >"$work/said" 2>&1; then
    return 0
  fi
  echo "$1: failed while $doing. $(tail -n 1 "$work/said")" >&2
  undone=$(on "$1" undo "$stamp" 2>"$work/said") || {
    echo "$1: could not be rolled back ($(tail -n 1 "$work/said")); when it can be reached again: rollback $1" >&2
    return 1
  }
  if [ "$undone" = unchanged ]; then echo "$1: nothing was changed there" >&2
  elif reloaded "$1"; then echo "$1: rolled back to what was there" >&2
  else echo "$1: rolled back to what was there, and not reloaded" >&2; fi
  return 1
}

verify_on() {
  [ $# -ge 1 ] || refuse "verify needs hosts"
  failed=
  for host; do
    state_of "$host" || { failed=yes; continue; }
    case $state in
    same)
      if on "$host" sums >"$work/sums" 2>"$work/said" && served "$host" "$work/sums"; then say "$host: $installed, as it was installed, and served"
      else failed=yes; fi ;;
    none) echo "$host: $module is not installed" >&2; failed=yes ;;
    changed) echo "$host: $installed, and its files are not what the release left" >&2; failed=yes ;;
    unknown) echo "$host: ${installed:-unknown version}, and not installed by this program" >&2; failed=yes ;;
    *) echo "$host: a deployment broke off there: rollback $host" >&2; failed=yes ;;
    esac
  done
  [ -z "$failed" ] || exit 1
}

rollback_on() {
  stamp=
  case ${1:-} in [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9]*Z*) stamp=$1; shift ;; esac
  case $stamp in */*) refuse "'$stamp' is no stamp; see list" ;; esac
  [ $# -ge 1 ] || refuse "rollback needs hosts"
  failed=
  for host; do
    state_of "$host" || { failed=yes; continue; }
    [ -z "$dry" ] || { say "$host: would go back from ${installed:-nothing} to ${stamp:-the latest backup}"; continue; }
    if back=$(on "$host" rollback "$stamp" "$(date -u +%Y%m%dT%H%M%SZ)" 2>"$work/said"); then
      reloaded "$host" || failed=yes
      state_of "$host" && say "$host: back to $back, ${installed:-nothing}"
    else
      echo "$host: not rolled back: $(tail -n 1 "$work/said")" >&2
      failed=yes
    fi
  done
  [ -z "$failed" ] || exit 1
}

list_on() {
  [ $# -ge 1 ] || refuse "list needs hosts"
  failed=
  for host; do
    state_of "$host" || { failed=yes; continue; }
    say "$host: ${installed:-nothing} ($state)"
    on "$host" list 2>/dev/null | sed 's/^/  /'
  done
  [ -z "$failed" ] || exit 1
}
