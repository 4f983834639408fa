# Everything runs in .venv, which the first target makes. Needs Python 3.10+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOWEST := .venv-lowest
LOWEST_LLAMA := .venv-lowest-llama

.PHONY: help demo test lowest lowest-llama extras lint format types bench fuzz clean install

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

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
	$(BIN)/python -m pytest -n auto --dist loadfile

$(LOWEST)/.installed: pyproject.toml tests/lowest.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check -e ".[agents,openai,anthropic,code,otel]" -r tests/lowest.txt
	@touch $@

# What does not exist for these versions, and is tested by `make test`: deepagents, adapters for MCP that fit, marks of
# prompt caching on tools, and LangSmith's OpenTelemetry mode.
HERE := tests/integrations/langchain
TOO_NEW := --ignore $(HERE)/test_deepagents.py --ignore $(HERE)/test_mcp.py \
	--deselect $(HERE)/test_tool_selector.py::test_marks_of_prompt_caching_stay_on_the_tool_that_is_put_back \
	--deselect $(HERE)/test_trace_sent.py::test_spans_of_opentelemetry_hold_what_the_provider_got

lowest: $(LOWEST)/.installed  ## run the LangChain tests on the lowest versions (Python 3.10 to 3.12)
	$(LOWEST)/bin/python -m pytest -n auto --dist loadfile $(HERE) tests/test_public_surface.py $(TOO_NEW)

$(LOWEST_LLAMA)/.installed: pyproject.toml tests/lowest_llama.txt
	$(PYTHON) -m venv $(LOWEST_LLAMA)
	$(LOWEST_LLAMA)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(LOWEST_LLAMA)/bin/python -m pip install --quiet --disable-pip-version-check -e ".[llama-index,openai,anthropic,code]" -r tests/lowest_llama.txt
	@touch $@

# Beside LangChain in one store is tested by `make test`. LlamaIndex of that time looks for NLTK's data in the home
# directory and then in the network, unless told of its own; and its agents use a part of its workflows that warns.
LLAMA := tests/integrations/llama_index
NLTK := $(LOWEST_LLAMA)/lib/python3*/site-packages/llama_index/core/_static/nltk_cache

lowest-llama: $(LOWEST_LLAMA)/.installed  ## run the LlamaIndex tests on its lowest version (Python 3.10 to 3.12)
	NLTK_DATA="$$(echo $(CURDIR)/$(NLTK))" $(LOWEST_LLAMA)/bin/python -m pytest -n auto --dist loadfile $(LLAMA) \
		--ignore $(LLAMA)/test_llama_shared_metrics.py -W "ignore:ServiceManager is deprecated:DeprecationWarning"

extras:  ## install each extra alone and look at what it brings (takes a while)
	$(PYTHON) tools/extras.py

bench: $(STAMP)  ## measure savings, retention and speed
	$(BIN)/python -m benchmarks

fuzz: $(STAMP)  ## mutated real records and generated JSON against the laws
	$(BIN)/python -m benchmarks.fuzz

clean:  ## remove .venv and caches
	rm -rf $(VENV) $(LOWEST) $(LOWEST_LLAMA) .mypy_cache .ruff_cache .pytest_cache build dist
