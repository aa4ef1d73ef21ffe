# make demo: see the robot work.  make test: everything that proves it.  The rest: make help

PYTHON ?= python3
BIN    := .venv/bin
# One pytest process a core; "make test PYTEST_ARGS=" runs in one, "make test TESTS=tests/unit" a part.
PYTEST_ARGS ?= -n auto --dist loadfile
TESTS       ?= tests
MINUTES     ?= 45
SEED        ?=
LOCK = $(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-emit-find-links --universal \
       --python-version 3.11 -q

.PHONY: help setup demo test lint bench torture lock clean

help:
	@echo "make setup    lager .venv og installerer det som mangler"
	@echo "make demo     kjører hele hovedjobben på en oppdiktet kommunes post"
	@echo "make test     kjører alle prøver"
	@echo "make lint     stil, typer og importretning"
	@echo "make bench    måler fart og minne, og skriver bench/results.json"
	@echo "make torture  lange prøver (MINUTES=$(MINUTES), SEED=… gir samme tilfeldigheter om igjen)"
	@echo "make lock     låser avhengighetene på nytt etter endring i pyproject.toml"

setup: .venv/.ready

.venv/.ready: requirements-dev.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/environment
	@touch $@

demo: .venv/.ready
	@sh .ci/system-packages run demo
	@$(BIN)/postrobot demo

test: .venv/.ready
	@sh .ci/system-packages run test
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -m "not torture" $(PYTEST_ARGS) $(TESTS)

lint: .venv/.ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.ready
	@sh .ci/system-packages run test
	@$(BIN)/python -m bench

torture: .venv/.ready
	@sh .ci/system-packages run test
	@POSTROBOT_TORTURE_MINUTES=$(MINUTES) POSTROBOT_TORTURE_SEED=$(SEED) $(BIN)/python -m pytest -m torture --timeout=3600 -s $(TESTS)

lock: .venv/.ready
	@$(LOCK) -o requirements.lock
	@$(LOCK) --group dev --extra postgres -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist demo-state
