# Two commands: `make demo` shows Tanggap at work, `make test` is all that CI runs. Both need Rust and fetch the rest,
# saying what and why. `make help` lists everything.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Downloads and builds live outside the clone, so that a fresh clone starts warm and `git clean` costs nothing. A directory
# you have set yourself wins.
TANGGAP_CACHE ?= $(HOME)/.cache/tanggap
CARGO_TARGET_DIR ?= $(TANGGAP_CACHE)/target
export TANGGAP_CACHE CARGO_TARGET_DIR

# Where rustup puts cargo, for a shell that has not been opened again since.
export PATH := $(PATH):$(HOME)/.cargo/bin

# Real data for some tests, where it is; without it they say that they were not run (in CI that is a failure).
TANGGAP_DATA ?= $(wildcard $(abspath ../shared/data))
ifneq ($(strip $(TANGGAP_DATA)),)
export TANGGAP_DATA := $(abspath $(TANGGAP_DATA))
else
unexport TANGGAP_DATA
endif

# Arguments of the demo, as in: make demo ARGS="--listen 127.0.0.1:9090 --rate 50".
ARGS ?=
# How long the soak lasts, and which faults it meets, as in: make soak MINUTES=10 SEED=7. Without a seed it is another one each time.
MINUTES ?= 60
SEED ?=

.PHONY: help demo test soak build tools dashboard browser-tests fmt lint docs tree

help:
	@echo "make demo [ARGS=…]  build and run: embedded broker, simulated Jakarta, engine, dashboard on 127.0.0.1:8080"
	@echo "make test           everything CI runs, cheapest first, with a table of times at the end"
	@echo "make soak [MINUTES=60] [SEED=…]  a city under load while everything fails at random; ends with a table"
	@echo "make build          the program, in $(CARGO_TARGET_DIR)/release/tanggap"
	@echo "make dashboard      the dashboard's locked browser libraries (npm ci), for the next build to embed"
	@echo "make fmt            format the code"
	@echo "make lint           clippy, with warnings as errors"
	@echo "make docs           the crates' documentation, with warnings as errors"
	@echo "make tree           licences, one arrow, one-way crates"

demo: tools
	@scripts/dashboard.sh --optional
	cargo build --release --locked --workspace --bins
	@exec "$(CARGO_TARGET_DIR)/release/tanggap" demo $(ARGS)

test:
	@exec scripts/test.sh

soak: tools
	@exec scripts/soak.sh $(MINUTES) $(SEED)

build: tools
	cargo build --release --locked --workspace --bins

tools:
	@scripts/install-build.sh

dashboard:
	@scripts/dashboard.sh

fmt:
	cargo fmt --all

lint: tools
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

docs: tools
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --workspace

tree:
	@scripts/check-tree.sh

browser-tests: tools
	@scripts/install-browser.sh
	@scripts/dashboard.sh
	cargo build --release --locked --workspace --bins
	@scripts/test-browser.sh
