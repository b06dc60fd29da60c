# The only door: every command of the project.
.PHONY: help setup setup-browser setup-engines setup-hosts build demo test engines e2e screenshots addon release release-twice test-deploy test-odoo check bench bench-report faults faults-ci clean
.DEFAULT_GOAL := help
PORT ?= 8080

# Debian's browser and driver; the driver finds its settings in this file.
export CHROMEDRIVER ?= /usr/bin/chromedriver
export CHROMIUM ?= /usr/bin/chromium
export WASM_BINDGEN_TEST_WEBDRIVER_JSON ?= $(CURDIR)/tests/browser/webdriver.json
# Seconds for the whole browser test binary.
export WASM_BINDGEN_TEST_TIMEOUT ?= 300

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 16

setup:
	@scripts/setup.sh

setup-browser:
	@scripts/setup.sh --with-browser

setup-engines:
	@scripts/setup.sh --with-engines

setup-hosts:
	@scripts/setup.sh --with-hosts

build: setup ## build pkg/
	@scripts/build-pkg.sh

demo: build ## build and serve the demo page (PORT=8080)
	@PORT=$(PORT) node scripts/demo.mjs

test: setup-browser ## all tests
	cargo test --quiet --lib
	cargo test --quiet --doc
	wasm-pack test --headless --chrome --mode no-install --test browser
	@scripts/build-pkg.sh
	npx --no-install tsc --project tests/types
	node --test --test-timeout=900000 tests/js/
	node --test --test-concurrency=1 --test-timeout=300000 tests/consumers/
	node --test --test-timeout=300000 tests/release/
	node --test faults/
	python3 -m compileall -q addons
	node --test tests/addon/
	node --test --test-timeout=300000 tests/e2e/

engines: setup-engines build ## the tests on Chromium, Chromium with SQLite, Firefox and WebKit (ENGINE=firefox for one)
	@failed=0; for engine in $(or $(ENGINE),chromium chromium-sqlite firefox webkit); do \
	  echo "$$engine:"; ENGINE=$$engine node --test --test-reporter=spec --test-timeout=900000 tests/engines/ || failed=1; \
	done; exit $$failed

e2e: setup-browser build ## the story of a shift in the demo page
	node --test --test-timeout=300000 tests/e2e/

screenshots: setup-browser build ## the README's pictures, taken on the way
	SHOTS=www/screenshots node --test --test-timeout=300000 tests/e2e/

check: setup ## format, lints, docs, all tests, size
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --all-targets --target wasm32-unknown-unknown --features package -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --document-private-items
	@$(MAKE) --no-print-directory test

bench: setup-browser build ## compare with raw IndexedDB, idb, Dexie, SQLite and the legacy code (ENGINE=firefox for another browser)
	node bench/run.mjs
	[ "$${ENGINE:-chromium}" != chromium ] || wasm-pack test --headless --chrome --release --mode no-install --test rexie_reads -- --nocapture

bench-report: ## bench/RESULTS.md and its chart, of the last run
	node bench/report.mjs

faults: setup-browser build ## kill browsers while they sell, and compare (faults/README.md)
	node faults/lab.mjs; status=$$?; node faults/report.mjs; exit $$status

faults-ci: setup-browser build ## the short form: 33 kills in Chromium
	ENGINE=chromium SCENARIO=load,drain,tabs,recovery,upgrade,takeover,worker,quota ROUNDS=3 KILLS=2 node faults/lab.mjs

clean: ## remove everything built
	cargo clean
	rm -rf pkg dist addons/*/static/lib/pkg node_modules

addon: build ## dist/: the Odoo addon as an archive, with its SHA-256 sum
	@python3 scripts/build-addon.py

release: setup ## dist/: package, crate, addons, sums, bill of materials (VERSION=1.2.3: as committed, or not at all)
	@node scripts/release/check.mjs $(VERSION)
	@scripts/build-pkg.sh
	@node scripts/release.mjs

release-twice: setup ## whether the commit gives the same bytes in another folder
	@scripts/release/twice.sh

test-deploy: setup-hosts ## the deployment on real ssh and web servers of this machine (installs openssh-server and nginx)
	node --test --test-timeout=1800000 tests/deploy/

test-odoo: setup-browser build ## the addon on a real Odoo 19 (ODOO=path/to/odoo-bin)
	@if [ -z "$(ODOO)" ]; then echo "test-odoo: skipped, ODOO is not set"; else \
	  $(MAKE) --no-print-directory addon && ODOO="$(ODOO)" node --test --test-timeout=14400000 --test-concurrency=1 tests/odoo/; fi
