# make run needs Python 3.11 or later and nothing else. `make help` lists the rest.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3,$(shell command -v $(name))))
CONFIG ?=
BENCH ?=
FUZZ ?=
TESTS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
UV := uv==0.13.9
RESOLVE := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# With it, as some machines have it, each process of each start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench fuzz dashboards pictures lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

run: $(READY) ## start the resolver: on port 53 where that is possible, else 5300; CONFIG=file.yaml
	@exec $(BIN)/python scripts/run.py $(CONFIG)

test: $(READY) ## every test, against real servers on loopback; TESTS=tests/unit for some of them
	@$(BIN)/python scripts/test.py $(TESTS)

check: $(READY) ## what a change must pass before its tests are looked at: lint, format, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(READY) ## side by side with Unbound, dnsmasq and dnsdist, as a Markdown table; BENCH="--quick"
	@$(BIN)/python -m tests.benchmarks $(BENCH)

fuzz: $(READY) ## new examples for what reads; then a million broken packets each way; FUZZ="--packets 10000"
	@$(BIN)/python -m pytest -q --hypothesis-profile=new tests/fuzz --ignore=tests/fuzz/test_over_the_wire.py
	@$(BIN)/python -m tests.fuzz $(FUZZ)

dashboards: $(READY) ## write deploy/grafana/json anew from the code beside it
	@$(BIN)/python -m deploy.grafana.dashboards.write

pictures: $(READY) ## draw deploy/grafana/pictures anew, from nine minutes of a made-up home; as root
	@$(BIN)/python -m deploy.grafana.drawing.write

lock: ## resolve pyproject.toml anew: to develop, to run, to build
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet $(UV)
	$(RESOLVE) --upgrade --extra dev --output-file requirements-dev.lock pyproject.toml
	$(RESOLVE) --constraint requirements-dev.lock --extra postgresql --output-file requirements.lock pyproject.toml
	echo hatchling | $(RESOLVE) --constraint requirements-dev.lock --output-file requirements-build.lock -

clean: ## all that make has made, the state of the resolver excepted
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find blocker scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made again when what it is made from has changed.
$(READY): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and none was found; install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11; name a newer one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once; again when the lock changes)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(READY)
