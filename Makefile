# Takings. `make run` starts the sample shop, `make test` runs every test; both need Python 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run serve test check lock faults simulate soak bench peers goals clean

run: $(VENV)/.run
	@exec $(BIN)/python -m webapp demo

serve: $(VENV)/.run
	@exec $(BIN)/python -m webapp serve

test: $(VENV)/.test check
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	@$(BIN)/python -m tests.on_postgres

check: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint --lint --quiet templates

faults: $(VENV)/.test
	@$(BIN)/python -m tests.faults

# Random histories against a model of the ledger: ten minutes of them, or what WITH says (WITH="--seeds 5000").
simulate: $(VENV)/.test
	@$(BIN)/python -m tests.simulation $(WITH)

# Twenty minutes of load with a fault a minute, on both databases at once, or what WITH says (WITH="--minutes 3 --database sqlite").
soak: $(VENV)/.test
	@$(BIN)/python -m tests.soak $(WITH)

bench: $(VENV)/.test
	@$(BIN)/python -m bench.orders
	@$(BIN)/python -m bench.live
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.mixed
	@$(BIN)/python -m bench.phone
	@$(BIN)/python -m bench.import
	@$(BIN)/python -m bench.postgres

# The sixteen goals, beside peers in other frameworks; MINUTES to take, WRITE=--write to put the table into docs/performance.md.
goals: $(VENV)/.test peers
	@$(BIN)/python -m bench --minutes $(or $(MINUTES),30) $(WRITE)

peers: var/peers/.python var/peers/.node

var/peers/.python: bench/peers/requirements.txt
	@echo "Installing the peers of the bench, away from the shop ..."
	@mkdir -p var/peers
	@$(PYTHON) -m venv var/peers/python
	@var/peers/python/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r $<
	@touch $@

# A compiler or a prebuilt file makes better-sqlite3; without Node or that, its peers are left out, and the bench says so.
var/peers/.node: bench/peers/package-lock.json
	@mkdir -p var/peers
	@cp bench/peers/package.json bench/peers/package-lock.json var/peers
	@if ! command -v npm >/dev/null; then echo "There is no Node: its peers are left out."; \
	elif npm ci --prefix var/peers --no-audit --no-fund; then touch $@; \
	else echo "The peers of Node could not be installed: they are left out."; fi

lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" bench/peers/requirements.in -o bench/peers/requirements.txt
	npm install --package-lock-only --no-audit --no-fund --prefix bench/peers

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Takings needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.txt
	@echo "Installing what Takings runs on ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.made requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
