# Everything runs in .venv, which the first target makes. Needs Python 3.10+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test lint format types bench fuzz clean install

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[langchain]"
	@touch $@

install: $(STAMP)  ## install what development needs into .venv

demo: $(VENV)/.demo  ## run the main job on a real agent conversation
	$(BIN)/headroom demo

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)  ## put the code into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint  ## install, lint, type-check, run the tests
	$(BIN)/python -m pytest

bench: $(STAMP)  ## measure savings, retention and speed
	$(BIN)/python -m benchmarks

fuzz: $(STAMP)  ## mutated real records and generated JSON against the laws
	$(BIN)/python -m benchmarks.fuzz

clean:  ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
