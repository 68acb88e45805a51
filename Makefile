# `make run` sets everything up and opens the app; `make test` sets everything up and runs the tests
# on all cores, or on as many as `make test WORKERS=2` says (0: in one process). Each worker has an X
# display of its own (pytest-xvfb), since only one window of a display can have the focus.

PYTHON ?= python3
WORKERS ?= logical
BIN := .venv/bin

.PHONY: run test check fuzz gpu-check screenshots setup clean

run: .venv/.ready
	$(BIN)/python main.py

test: .venv/.ready-dev
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile

check: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# An hour of damaged and made-up input for every parser of foreign bytes; stops at the first finding.
fuzz: .venv/.ready-dev
	$(BIN)/python -m tests.fuzz --minutes 60

# At most eight minutes, no network; without a GPU it only checks itself.
gpu-check: .venv/.ready-dev
	$(BIN)/python -m tests.bench.gpu_check

# The window in 144 combinations of workspace, clip, size, mode and theme, to be looked at;
# `make screenshots ONLY="teach light"` makes some of them.
screenshots: .venv/.ready-dev
	xvfb-run -a -s "-screen 0 1920x1200x24" $(BIN)/python -m tests.screenshots --out build/screenshots --only $(ONLY)

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt .ci/setup
	PYTHON=$(PYTHON) .ci/setup
	touch $@

.venv/.ready-dev: .venv/.ready
	PYTHON=$(PYTHON) .ci/setup dev
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
