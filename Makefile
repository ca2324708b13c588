# Everything a person or CI does with this project; `make help` lists it.

PYTHON ?= python3
ARGS   ?=
BIN    := .venv/bin
SETUP  := tests/setup
# A run of the tests starts some thirty processes, which load the same modules: compiled once, not each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test env screenshot chaos bench lint fmt lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/run.stamp ## everything in one process: prints the page's address (ARGS="--port 9000")
	@exec $(BIN)/ssak3 demo $(ARGS)

test: .venv/dev.stamp ## install what the tests need, check style, types and imports, run every test
	@sh $(SETUP)/browser.sh
	@sh $(SETUP)/servers.sh
	@sh $(SETUP)/load.sh
	@$(MAKE) --no-print-directory --silent lint
	@exec $(BIN)/python -m pytest -n auto $(ARGS)

env: ## write .env with fresh secrets, for docker compose (only if there is none)
	@sh deploy/env.sh

screenshot: .venv/dev.stamp ## draw docs/screenshot*.png again, from the page's own tests
	@SSAK3_SCREENSHOT=1 $(BIN)/python -m pytest tests/acceptance/page -k "journey or hand"

chaos: .venv/dev.stamp ## kill it for a long time, in every way; writes docs/RELIABILITY.md (SSAK3_CHAOS_SEED=n repeats a run)
	@sh $(SETUP)/servers.sh
	@SSAK3_CHAOS=long exec $(BIN)/python -m pytest -s -v tests/chaos $(ARGS)

bench: .venv/dev.stamp ## measure against what it is measured against, write docs/BENCHMARKS.md (long; ARGS="T1 --rounds 5")
	@sh $(SETUP)/servers.sh
	@sh $(SETUP)/load.sh
	@exec $(BIN)/python -m tests.bench $(ARGS)

lint: .venv/dev.stamp ## style (ruff), types (mypy), who imports whom (import-linter)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo --no-cache

fmt: .venv/dev.stamp ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies again (needs uv; UPGRADE=--upgrade for newer versions)
	uv pip compile $(LOCK) $(UPGRADE) --group build pyproject.toml -o requirements.lock
	uv pip compile $(LOCK) $(UPGRADE) --group build --group dev --group bench -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove .venv and caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
PIP  := $(BIN)/python -m pip --quiet --disable-pip-version-check install

# A stamp younger than its lock says that .venv is what the lock describes; then nothing is installed.
.venv/run.stamp: requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh $(SETUP)/venv.sh
	@echo "Installing what requirements.lock names into .venv (about a minute, once)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Installing what requirements-dev.lock names into .venv"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
