# Takings. `make run` starts the sample shop, `make test` runs every test; both need Python 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run serve test check lock faults bench clean

run: $(VENV)/.run
	@exec $(BIN)/python -m webapp demo

serve: $(VENV)/.run
	@exec $(BIN)/python -m webapp serve

test: $(VENV)/.test check
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint --lint --quiet templates

faults: $(VENV)/.test
	@$(BIN)/python -m tests.faults

bench: $(VENV)/.test
	@$(BIN)/python -m bench.orders
	@$(BIN)/python -m bench.live
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.mixed
	@$(BIN)/python -m bench.phone
	@$(BIN)/python -m bench.import

lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

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
