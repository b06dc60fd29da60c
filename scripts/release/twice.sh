#!/usr/bin/env bash
# Builds the release of the commit in a fresh copy in another folder, and compares every byte with what pkg/ here gives, which is
# built when it is not there.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -z "$(git status --porcelain)" ] || { echo "release-twice: commit first, for the copy is of the commit" >&2; exit 1; }

copy=$(mktemp -d)/elsewhere
trap 'rm -rf "$(dirname "$copy")"' EXIT
[ -e pkg/index.js ] || scripts/build-pkg.sh
node scripts/release.mjs >/dev/null
git clone --quiet . "$copy"
ln -s "$PWD/node_modules" "$copy/node_modules"
# The crates that it needs are compiled already; ours is compiled anew, because it is another folder's.
export CARGO_TARGET_DIR=$PWD/target
(cd "$copy" && scripts/build-pkg.sh && node scripts/release.mjs >/dev/null)
diff -r dist "$copy/dist"
echo "release-twice: both folders gave the same $(wc -l <dist/SHA256SUMS) files"
