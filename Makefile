# `make run` sets everything up and opens the app; `make test` sets everything up and runs the tests.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check setup clean

run: .venv/.ready
	$(BIN)/python main.py

test: .venv/.ready-dev
	$(MAKE) --no-print-directory check
	.ci/with-display $(BIN)/python -m pytest

check: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt .ci/setup
	PYTHON=$(PYTHON) .ci/setup
	touch $@

.venv/.ready-dev: .venv/.ready
	PYTHON=$(PYTHON) .ci/setup dev
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
