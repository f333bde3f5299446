# Needs Python 3.11 or newer and make. All the rest goes into .venv, inside this folder.

UV_VERSION := 0.13.8
BIN        := .venv/bin
CHROMIUM   ?= /usr/bin/chromium
WORKERS    ?= 2
ARGS       ?=
PYTHON     ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

# What someone has set for other projects must not lead uv to another Python or another folder.
unexport VIRTUAL_ENV UV_PYTHON
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS    := never
export UV_COMPILE_BYTECODE    := 1
# Behind an organisation's proxy only the machine's own certificates are right.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS        := true
endif

UV   := .venv/.uv-$(UV_VERSION)
RUN  := .venv/.installed-to-run
DEV  := .venv/.installed-to-develop
SYNC := $(BIN)/uv sync --quiet --frozen --python $(BIN)/python

# A .venv holds absolute paths and a link to the machine's Python. Where the checkout was copied or moved, or Python
# was replaced, it is made anew.
VENV_IS_GOOD := $(shell grep -qF ' $(CURDIR)/.venv' .venv/pyvenv.cfg 2>/dev/null \
	&& $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes)
ifneq ($(VENV_IS_GOOD),yes)
.PHONY: $(UV)
endif

.DEFAULT_GOAL := help
.PHONY: help run test chaos check lint format browser bench docs migration screenshots messages clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(RUN) ## Install what is needed and start the bot (ARGS="..." is passed on).
	@$(BIN)/coalition-bot run $(ARGS)

test: $(DEV) browser ## Install what is needed and run every test (ARGS="-k travel" for some).
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

chaos: $(DEV) ## Try hostile and unlucky cases that take too long for each run (some minutes).
	@EXAMPLES=100 $(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "thorough" $(ARGS)
	@EXAMPLES=100 $(BIN)/pytest -m "" $(ARGS) tests/test_groups_invariants.py

check: lint test ## What must pass before a change is sent: formatting, lint, types, tests.

lint: $(DEV) ## Formatting, lint and types, without the tests.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy --strict

format: $(DEV) ## Format the code and mend what ruff can mend.
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

browser: $(DEV)
	@test -x "$(CHROMIUM)" || $(BIN)/playwright install --only-shell chromium \
		|| echo "No browser could be installed: the tests that need one will be skipped."

bench: $(DEV) ## Measure speed (a few minutes).
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(DEV) ## Write docs/commands.md and .env.example anew from the code.
	@$(BIN)/python -m tools.docs

migration: $(DEV) ## Draft the migration from the newest one to the models (NAME="what it brings").
	@rm -f .venv/migration.db
	@$(BIN)/python -c 'import sys, migrations as m; m.upgrade(sys.argv[1]); m.revise(*sys.argv[1:])' \
		sqlite:///.venv/migration.db "$(NAME)"

screenshots: $(DEV) browser ## Take the pictures in the README and the guides anew.
	@$(BIN)/python -m tools.screenshots $(ARGS)

messages: $(DEV) ## Collect the sentences to translate into coalition_bot/locales/.
	@$(BIN)/python -m tools.messages

clean: ## Remove what was installed or cached here. Databases and .env stay.
	rm -rf .venv .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/counterparts/*/node_modules
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

$(UV):
	@python="$(PYTHON)"; \
	if [ "$(VENV_IS_GOOD)" != yes ]; then \
		if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Coalition Bot needs Python 3.11 or newer. Found here: $$(python3 --version 2>/dev/null || echo no python3)." >&2; \
			echo "Install a newer one, or name it: make run PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		"$$python" -m venv --clear .venv; \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: uv==$(UV_VERSION)
	@touch $@

$(RUN): $(UV) pyproject.toml uv.lock
	@echo "Installing the bot into .venv ..."
	@$(SYNC) --no-dev --inexact
	@touch $@

$(DEV): $(UV) pyproject.toml uv.lock
	@echo "Installing the bot and its tests into .venv (a database, Node and a browser's driver: 800 MB) ..."
	@$(SYNC)
	@touch $(RUN) $@
