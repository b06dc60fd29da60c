#!/usr/bin/env bash
# Builds pkg/: wasm-pack's output, optimised, with the entries and a content hash in every URL. The same sources give the same
# bytes, in whatever folder.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where the crates are on this machine is not for the module, which names their files where it panics.
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"

rm -rf pkg
# The package's wasm-opt step is off (Cargo.toml): it would download a binary. The pinned one runs below.
wasm-pack build --release --target web --out-dir pkg --mode no-install -- --features package
# Inlining only what is tiny makes the module 4 % smaller after compression, short names between it and its script 3 %.
# The low end of the memory is the end of the stack, where nothing has an address (--low-memory-unused).
node_modules/.bin/wasm-opt -O3 --low-memory-unused --flexible-inline-max-function-size=5 \
  --always-inline-max-function-size=2 --one-caller-inline-max-function-size=20 --strip-debug --strip-producers \
  --minify-imports-and-exports-and-modules pkg/pos_offline_bg.wasm -o pkg/optimised.wasm > pkg/names.json
mv pkg/optimised.wasm pkg/pos_offline_bg.wasm
node scripts/finish-pkg.mjs
