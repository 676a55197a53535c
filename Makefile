.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
STATE ?= .lull
STAGE ?= dev
PARAMETERS ?=
WORKERS ?= 3

PYTHON := .venv/bin/python
# Errors only.
INSTALL := -m pip install -qq --disable-pip-version-check
export PYTHONPATH := layers/core
# A run starts dozens of Pythons: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
export SAM_CLI_TELEMETRY := 0

.PHONY: help
help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# ---------------------------------------------------------------- setting up

.venv/.run: constraints.txt local/requirements.txt layers/core/requirements.txt functions/api/requirements.txt
	@echo "Setting up (once, about half a minute): what the system needs to run"
	@scripts/venv .venv
	@$(PYTHON) $(INSTALL) -r local/requirements.txt
	@touch $@

.venv/.test: .venv/.run tests/requirements.txt
	@echo "Setting up (once, about a minute): what the tests need"
	@$(PYTHON) $(INSTALL) -r tests/requirements.txt
	@touch $@

# An environment of its own: the SAM CLI pins another boto3.
.venv-sam/.sam: scripts/sam-requirements.txt
	@echo "Setting up (once, about a minute): the SAM CLI"
	@scripts/venv .venv-sam
	@.venv-sam/bin/python $(INSTALL) -r scripts/sam-requirements.txt
	@touch $@

# ---------------------------------------------------------------- running

.PHONY: run
run: .venv/.run  ## Start the whole system on this machine (PORT=8000, STATE=.lull)
	@exec $(PYTHON) -m local --port "$(PORT)" --state "$(STATE)"

.PHONY: reset
reset:  ## Forget everything that `make run` keeps
	@for python in $(PYTHON) python3; do \
	  if "$$python" -c '' 2> /dev/null; then exec "$$python" -m local.reset "$(STATE)"; fi; \
	done; \
	rm -rf "$(STATE)" && echo "forgotten: $(STATE)"  # Without a Python nothing can be running.

# ---------------------------------------------------------------- checking

.PHONY: test
test: .venv/.test .venv-sam/.sam  ## Everything that must be green before a commit
	@$(MAKE) --no-print-directory --jobs 2 lint template
	@$(PYTHON) -m tests.browser  # Once, before several tests at a time look for it.
	@$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal

.PHONY: lint
lint: .venv/.test  ## Format, ruff, mypy, import contracts
	@$(PYTHON) -m ruff format --check -q . || { echo "run: make format"; exit 1; }
	@$(PYTHON) -m ruff check -q .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

.PHONY: template
template: .venv/.test .venv-sam/.sam  ## cfn-lint and sam validate
	@.venv/bin/cfn-lint -t template.yaml
	@AWS_DEFAULT_REGION=us-east-1 .venv-sam/bin/sam validate > /dev/null
	@AWS_DEFAULT_REGION=us-east-1 .venv-sam/bin/sam validate --lint > /dev/null && echo "template.yaml is valid"

.PHONY: format
format: .venv/.test  ## Put the code in form
	@$(PYTHON) -m ruff format -q . && $(PYTHON) -m ruff check -q --fix .

.PHONY: simulate
simulate: .venv/.test  ## The long simulation: every kill point, every interleaving, 300 seeds
	@$(PYTHON) -m pytest tests/simulation --thorough --seeds 300 -s -n 0

.PHONY: fuzz
fuzz: .venv/.test  ## Schemathesis against the running API, every phase, 100 examples an operation
	@$(PYTHON) -m pytest tests/e2e/test_fuzz.py --fuzz-examples 100 -s

.PHONY: bench
bench: .venv/.test  ## Cold start, change to asset, many windows at once: what was done, how many, how long
	@$(PYTHON) -m tests.benchmarks

.PHONY: docs
docs: .venv/.test  ## Generate docs/openapi/*.json and docs/costs.md
	@$(PYTHON) -m tests.generate
	@$(PYTHON) -m pytest -q tests/integration/test_costs.py --write-costs

# ---------------------------------------------------------------- deploying

.PHONY: build
build: .venv-sam/.sam  ## Build the artefacts for Lambda (needs python3.13, no Docker)
	@scripts/build

.PHONY: deploy
deploy: build  ## Deploy to your AWS account (STAGE=dev or prod, PARAMETERS="MailFrom=… …")
	@.venv-sam/bin/sam deploy --config-env $(STAGE) \
	  $(if $(PARAMETERS),--parameter-overrides "Stage=$(STAGE) $(PARAMETERS)")

.PHONY: republish
republish: .venv/.run  ## Write every page again: of `make run`, or of a deployed stack (MONITOR=<its MonitorFunctionName>)
	@$(PYTHON) -m scripts.republish $(or $(MONITOR),http://127.0.0.1:$(PORT))

.PHONY: admin-key
admin-key: .venv/.run  ## Mint an admin API key of a deployed stack (TABLE=<its TableName output>)
	@test -n "$(TABLE)" || { echo "usage: make admin-key TABLE=<the stack's TableName output>"; exit 2; }
	@TABLE_NAME=$(TABLE) $(PYTHON) -m scripts.admin_key
