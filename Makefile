# make run | test | check | bench | setup. Needs Python >= 3.11, make and a package index; the rest it gets itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help run test check setup bench lock migration fuzz chaos guides

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.runtime  ## start everything on this machine with the WeCom simulator
	@$(BIN)/python run.py demo $(ARGS)

setup: $(VENV)/.dev  ## build the environment only

test: $(VENV)/.dev  ## the whole test suite
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: $(VENV)/.dev  ## lint, types, layers (and tests, unless CHECK_ONLY=1)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -z "$(CHECK_ONLY)" ]; then $(MAKE) test; fi

bench: $(VENV)/.dev  ## all benchmarks, each beside its peer
	@for name in callbacks push rfm console; do $(BIN)/python run.py bench $$name --json || exit 1; done

fuzz: $(VENV)/.dev  ## 25 seconds of coverage-guided fuzzing of the callback codec
	@$(BIN)/python bench/fuzz_codec.py -max_total_time=25

chaos: $(VENV)/.dev  ## kill and outage tests at full size (about 20 minutes)
	@TEST_CHAOS=full $(BIN)/python -m pytest tests/chaos -s $(ARGS)

guides: $(VENV)/.dev  ## take the pictures of docs/guides anew
	@TEST_GUIDES=write $(BIN)/python -m pytest tests/console/test_guides.py $(ARGS)

migration: $(VENV)/.dev  ## a new revision from changed tables: make migration NAME="What it adds"
	@$(BIN)/python -m commands.revision "$(NAME)"

lock:  ## write requirements*.txt anew from pyproject.toml
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt $(ARGS)
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本 / Python >= 3.11 is needed: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "安装依赖（首次约一分钟）/ installing dependencies ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "安装开发依赖 / installing development dependencies ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime
