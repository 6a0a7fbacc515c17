# One command each: make run, make test, make check, make bench. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench format sample pins

help:  ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: $(VENV)/.installed  ## Open the app in the browser
	$(BIN)/streamlit run app.py

test: $(VENV)/.tools  ## Run every test, the browser's included
	$(BIN)/pytest -n 3 --dist loadgroup

check: $(VENV)/.tools  ## Style, layers and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MAKE) test

bench: $(VENV)/.tools  ## Measure speed and memory beside the alternatives
	$(BIN)/python -m benchmarks

format: $(VENV)/.tools  ## Let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sample: $(VENV)/.installed  ## Write sample_data/ again
	$(BIN)/python sample_data/generate.py

pins: $(VENV)/.tools  ## Pin every package again, from pyproject.toml and requirements-dev.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate -c requirements.txt requirements-dev.in -o requirements-dev.txt
	printf '%s\n' '# Every package pinned, for Python 3.11 and newer. Made from pyproject.toml by make pins.' '-e .' | cat - requirements.txt > $(VENV)/pins && mv $(VENV)/pins requirements.txt
	printf '%s\n' '# What the tests and the checks need on top. Made from requirements-dev.in by make pins.' '-r requirements.txt' | cat - requirements-dev.txt > $(VENV)/pins && mv $(VENV)/pins requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian or Ubuntu install python3-venv first: sudo apt install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.tools: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
