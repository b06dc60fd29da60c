# What pos-offline-deploy does on a host, sent there over ssh. One step a call: sh -s -- STEP ADDONS BACKUPS MODULE [...]
# Every step ends whole or says why not. In BACKUPS/MODULE there are
#   installed, sums the version of the last release, and the sums of the files that it left
#   STAMP/          what was there before: files/, or the mark nothing, with its own installed and sums
#   pending         the stamp of a release that nobody has confirmed yet
#   incoming/       what arrives
set -u
umask 022
step=$1 addons=$2 module=$4
live=$addons/$module
store=$3/$module
shift 4

fail() { echo "$*" >&2; exit 1; }

# The sums of a module's files without what Python leaves beside them.
sums() { (cd "$1" && find . -type f ! -path '*/__pycache__/*' ! -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort -k 2); }

version_of() { sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$1/__manifest__.py" 2>/dev/null; }

unpack() { if command -v unzip >/dev/null; then unzip -q "$1" -d "$2"; else python3 -m zipfile -e "$1" "$2"; fi; }

# What is there: nothing, a release as it was left, changed by somebody, of unknown origin, or begun and not confirmed.
state() {
  if [ -e "$store/pending" ]; then echo interrupted
  elif [ ! -e "$live" ]; then echo none
  elif [ ! -e "$store/installed" ]; then echo unknown
  elif sums "$live" | cmp -s - "$store/sums"; then echo same
  else echo changed; fi
}

# Puts what a stamp has kept in place of what is there, which is not kept. Can be cut off and begun again.
restore() {
  kept=$store/$1
  [ -d "$kept" ] || fail "there is no backup $1: see list"
  echo "$1" >"$store/pending" || exit 1
  rm -rf "$store/incoming" && mkdir -p "$store/incoming" || exit 1
  if [ -e "$kept/files" ]; then
    cp -Rp "$kept/files" "$store/incoming/files" && rm -rf "$live" && mv "$store/incoming/files" "$live" || exit 1
  elif [ ! -e "$kept/nothing" ]; then fail "backup $1 was not finished; the files are where they were"
  else rm -rf "$live" || exit 1; fi
  rm -f "$store/installed" "$store/sums"
  for file in installed sums; do [ ! -e "$kept/$file" ] || cp -p "$kept/$file" "$store/$file" || exit 1; done
  rm -rf "$store/incoming" "$store/pending"
}

# Copies what is there under a stamp.
back_up() {
  rm -rf "$store/$1" "$store/unfinished" && mkdir -p "$store/unfinished" || exit 1
  if [ -e "$live" ]; then cp -Rp "$live" "$store/unfinished/files" || exit 1; else : >"$store/unfinished/nothing" || exit 1; fi
  for file in installed sums; do [ ! -e "$store/$file" ] || cp -p "$store/$file" "$store/unfinished/$file" || exit 1; done
  mv "$store/unfinished" "$store/$1" || exit 1
}

case $step in
state)
  [ -d "$addons" ] || fail "there is no folder $addons"
  echo "$(state) $(version_of "$live")"
  exit ;;
list)
  for kept in "$store"/[0-9]*; do [ ! -d "$kept" ] || echo "${kept##*/} $(version_of "$kept/files")"; done
  exit ;;
sums)
  cat "$store/sums"
  exit ;;
esac

mkdir -p "$store" || fail "$store cannot be made"
exec 9>"$store/lock"
flock -n 9 || fail "another deployment is at work on this host"
case $step in
receive) # Makes room for what arrives.
  rm -rf "$store/incoming" "$store/unfinished" && mkdir "$store/incoming" ;;
unpack) # SUM: takes the archive apart once it is whole, beside what is there.
  got=$(sha256sum "$store/incoming/archive.zip" | cut -d' ' -f1)
  [ "$got" = "$1" ] || fail "the archive has arrived with the sum $got instead of $1"
  unpack "$store/incoming/archive.zip" "$store/incoming/new" || fail "the archive could not be unpacked"
  sums "$store/incoming/new/$module" | cmp -s - "$store/incoming/sums" || fail "what was unpacked is not what the archive has" ;;
swap) # STAMP VERSION: keeps what is there, and puts the new files in its place.
  back_up "$1"
  echo "$1" >"$store/pending" || exit 1
  rm -rf "$live" && mv "$store/incoming/new/$module" "$live" && mv "$store/incoming/sums" "$store/sums" && echo "# $2" >"$store/installed" ;;
confirm) # The host serves the new files.
  rm -rf "$store/incoming" "$store/pending" ;;
undo) # STAMP: takes a release back that was not confirmed; nothing to do when it has not changed anything.
  if [ -e "$store/pending" ]; then restore "$1"; echo restored; else rm -rf "$store/incoming"; echo unchanged; fi ;;
rollback) # STAMP NOW: back to a stamp, or to the one before what is pending or was last installed. What is there is kept.
  stamp=$1
  if [ -z "$stamp" ] && [ -e "$store/pending" ]; then stamp=$(cat "$store/pending"); fi
  if [ -z "$stamp" ]; then stamp=$(cd "$store" && ls -d [0-9]*Z 2>/dev/null | tail -n 1); fi
  [ -n "$stamp" ] || fail "there is no backup"
  [ -d "$store/$stamp" ] || fail "there is no backup $stamp: see list"
  if [ ! -e "$store/pending" ]; then back_up "$2-before-rollback"; fi
  restore "$stamp"
  echo "$stamp" ;;
*) fail "no step $step" ;;
esac
