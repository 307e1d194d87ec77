# Bare `make` tells what there is. Nothing is needed before it but Python 3.11+, make and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OIDC := tests/oidc
DEMO_DATABASE := var/demo.sqlite3
# 300 boxes: what loads while one fetches coffee. 1.0 is the whole of 6,000.
SCALE ?= 0.05
# The year before comes along, so that there is something to compare with.
YEARS ?= 2
DEMO_ARGUMENTS = $(if $(YEAR),--year $(YEAR)) --scale $(SCALE) --years $(YEARS) $(if $(SEED),--seed $(SEED))
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
RESOLVE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-header --no-emit-index-url
COMPILE := $(RESOLVE) pyproject.toml
LOCKED := --require-hashes -r requirements/run.lock -r requirements/dev.lock
# What looks over our libraries is not among them.
AUDIT := $(VENV)/audit
SBOM ?= var/sbom.json
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup run demo dev packages test suite test-fast check static fix stories simulate pictures docs \
	migration bench lock audit sbom

help: # Tell what there is.
	@awk -F ': .*# |: # ' \
		'/^## / { printf "\n%s\n", substr($$0, 4) } \
		/^[a-z-]+:.*# / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

## Use

setup: $(VENV)/run.stamp # Install Stofstroom into .venv.
	@# Compiled here, because a service may not write beside its program, and would do it at each start.
	@$(BIN)/python -m compileall -q $(dir $(wildcard */__init__.py))

run: setup # Serve the database of STOFSTROOM_DATABASE_URL on http://localhost:8000.
	$(BIN)/stofstroom init
	$(BIN)/stofstroom serve

demo: export STOFSTROOM_DATABASE_URL = sqlite:///$(DEMO_DATABASE)
demo: export STOFSTROOM_KEYS = $(DEMO_DATABASE).keys
demo: setup # Fill a year of believable data anew and serve it (YEAR= SCALE= YEARS= SEED=).
	@mkdir -p $(dir $(DEMO_DATABASE))
	@rm -f $(DEMO_DATABASE) $(DEMO_DATABASE)-wal $(DEMO_DATABASE)-shm
	@$(BIN)/stofstroom init
	@$(BIN)/stofstroom demo $(DEMO_ARGUMENTS)
	@$(BIN)/stofstroom serve

## Change

test: packages dev $(OIDC)/node_modules/.package-lock.json # Check everything and run all tests.
	@$(MAKE) --jobs 2 static suite

test-fast: dev # Run the quick tests, or those that T= names.
	$(BIN)/pytest -q -m "not slow and not browser" $(if $(T),-k "$(T)")

check: static # Format, lint, types, arrows, house rules and generated docs.
	$(BIN)/pytest -q tests/house

fix: dev # Let the formatter and the linter put right what they can.
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

stories: dev # Run the stories that the owner can read.
	$(BIN)/pytest -q tests/stories

simulate: dev # Play a random day against the auditor (SEED= repeats one).
	STOFSTROOM_SEED=$(SEED) $(BIN)/pytest -q tests/simulation

pictures: dev packages # Take a picture of every screen of the floor, to look at (in pictures/).
	$(BIN)/python -m tests.browser.pictures

docs: dev # Write the generated pages of docs/ anew.
	$(BIN)/python -m docs.generate

migration: dev # Draft the next step of the database from the tables (m="What changes.").
	@test -n '$(m)' || { echo 'Say what changes: make migration m="What changes."' >&2; exit 2; }
	$(BIN)/python -m migrations.steps '$(m)'
	$(BIN)/ruff check --fix --quiet migrations/versions
	$(BIN)/ruff format --quiet migrations/versions

bench: dev # Measure what the documentation states about speed.
	$(BIN)/python -m benchmarks

lock: dev # Take the newest versions of what we build on.
	$(COMPILE) --group build --output-file requirements/run.lock
	$(COMPILE) --group dev --constraint requirements/run.lock --output-file requirements/dev.lock
	$(RESOLVE) --group audit --output-file requirements/audit.lock

audit: $(AUDIT)/audit.stamp # Look for known weaknesses in what we build on (VIA=osv asks elsewhere).
	$(AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		--vulnerability-service $(or $(VIA),pypi) -r requirements/run.lock -r requirements/dev.lock

sbom: $(AUDIT)/audit.stamp # Write what an installation is made of, as CycloneDX (SBOM=var/sbom.json).
	@mkdir -p $(dir $(SBOM))
	$(AUDIT)/bin/cyclonedx-py requirements requirements/run.lock --pyproject pyproject.toml \
		--output-reproducible --of JSON -o $(SBOM)

# Its many processes find what one of them compiled, also where Python was told to keep nothing.
suite: export PYTHONDONTWRITEBYTECODE =
suite: dev $(OIDC)/node_modules/.package-lock.json
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

static: dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

dev: $(VENV)/dev.stamp

packages:
	@.ci/packages

# A provider of single sign-on for its tests. npm writes the file when all is there.
$(OIDC)/node_modules/.package-lock.json: $(OIDC)/package-lock.json
	@.ci/packages
	cd $(OIDC) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(AUDIT)/audit.stamp: requirements/audit.lock | $(BIN)/python
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip --quiet --disable-pip-version-check --no-input \
		install --require-hashes -r requirements/audit.lock
	@touch $@

# uv installs in a sixth of the time. What it cannot reach, pip may: both hold the same hashes.
$(VENV)/dev.stamp: requirements/dev.lock requirements/run.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python $(LOCKED) || $(PIP) install $(LOCKED)
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(VENV)/run.stamp $@

$(BIN)/uv: | $(BIN)/python
	@awk '/^uv==/, /[^\\]$$/' requirements/dev.lock > $(VENV)/uv.lock
	$(PIP) install --require-hashes -r $(VENV)/uv.lock
