#!/usr/bin/env bash
# Installs what building and testing need, each only when it is missing, each at the version pinned here or in a lock file.
set -euo pipefail
cd "$(dirname "$0")/.."

WASM_PACK=0.15.1
GECKODRIVER=0.37.1
# The tool and the library must be of exactly the same version.
WASM_BINDGEN=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

debian() { # debian COMMAND PACKAGE...: installs the packages when the command is missing
  command -v "$1" >/dev/null && return
  shift
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_version() { # has_version COMMAND VERSION
  command -v "$1" >/dev/null && "$1" --version 2>/dev/null | grep -qF " $2"
}

without_starting() { # without_starting COMMAND...: a server that is installed meanwhile is not started
  local policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
  "$@" || { as_root rm -f "$policy"; return 1; }
  as_root rm -f "$policy"
}

debian cc build-essential
case "${1:-}" in --with-browser | --with-engines)
  debian chromium chromium chromium-driver fonts-liberation
  debian chromedriver chromium-driver
  debian python3 python3
esac
if [ "${1:-}" = --with-hosts ]; then
  debian ssh openssh-client
  debian curl curl
  debian python3 python3
  PATH=$PATH:/usr/sbin without_starting debian sshd openssh-server
  PATH=$PATH:/usr/sbin without_starting debian nginx nginx-light
fi
if [ "${1:-}" = --with-engines ]; then
  debian firefox-esr firefox-esr
  debian WebKitWebDriver webkit2gtk-driver
  debian Xvfb xvfb
fi

rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
for component in clippy rustfmt; do
  rustup component list --installed | grep -q "^$component" || rustup component add "$component"
done
has_version wasm-bindgen "$WASM_BINDGEN" || cargo install wasm-bindgen-cli --version "$WASM_BINDGEN" --quiet
has_version wasm-pack "$WASM_PACK" || cargo install wasm-pack --version "$WASM_PACK" --locked --quiet
if [ "${1:-}" = --with-engines ]; then
  has_version geckodriver "$GECKODRIVER" || cargo install geckodriver --version "$GECKODRIVER" --locked --quiet
fi

# npm writes this file last, so it is as new as the lock file only after a complete install.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
fi
