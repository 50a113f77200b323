# `make run` and `make test` need python3 (3.11 or later, with venv) and make. They set up the rest in .venv and .data.

PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin
CHAOS ?= full
LANGUAGES ?= en
STATES ?=
BENCH ?=
export PORT CHAOS STATES

DISASTERS = chaos-files chaos-postgres chaos-redis chaos-rabbitmq
AT_WORK = $(addprefix tests/chaos/test_,$(addsuffix .py,messages kills outages asleep))
CHECKS = check-code check-templates check-types check-migrations check-translations check-deployment check-house

.PHONY: help run test coverage browser screens pictures chaos requests mutants bench check $(CHECKS) $(DISASTERS) site-rabbitmq messages lock

help: ## What there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .venv/run ## The site with worker, prices and beat on http://127.0.0.1:8000; another port: make run PORT=8001
	@case "$(PORT)" in ''|*[!0-9]*) echo "PORT=$(PORT) is not a port: make run PORT=8001"; exit 1;; esac
	@$(BIN)/python -c 'import socket, sys; socket.create_server(("127.0.0.1", int(sys.argv[1])))' $(PORT) 2>/dev/null \
	|| { echo "Port $(PORT) cannot be used; perhaps another program has it. Choose another one: make run PORT=$$(($(PORT) % 60000 + 1))"; exit 1; }
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py createcachetable --verbosity 0
	@$(BIN)/python manage.py seed_demo --history
	@echo; echo "Open http://127.0.0.1:$(PORT)/ and sign in as demo / demo. Ctrl-C stops everything."; echo
	@SERVED_AT=$(PORT) POLICY_BOUNDS="$${POLICY_BOUNDS-interval_seconds=60:604800}" SIGN_UP="$${SIGN_UP-true}" \
	SUPPORT_CONTACT="$${SUPPORT_CONTACT-mailto:help@example.com}" PATH="$(CURDIR)/$(BIN):$$PATH" exec $(BIN)/honcho --procfile .Procfile start

test: .venv/test ## All tests but the browser's; DATABASE_URL and CELERY_BROKER_URL choose where they run
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --ignore tests/browser --ignore tests/chaos

coverage: export PYTEST_ADDOPTS = --cov --cov-report=term:skip-covered
coverage: test ## The same, and which lines it does not run; takes half as long again

browser: .venv/test ## The tests in a browser; needs Chromium (Debian: apt install chromium-headless-shell)
	@$(BIN)/pytest tests/browser --numprocesses auto --dist loadfile

screens: .venv/test ## Pictures of every page in every state, in .screens; LANGUAGES="en de pseudo", STATES="dust review-40" for some pages and states
	@$(BIN)/python -m tests.support.screens $(LANGUAGES)

pictures: .venv/test ## The README's pictures, of the demonstration, into docs; needs Chromium
	@$(BIN)/python -m tests.support.pictures

chaos: $(DISASTERS) ## Races, crashes, kills and outages (CHAOS=short: less of each); needs Debian's postgresql, redis-server, rabbitmq-server, nginx

chaos-files: .venv/test
	@$(BIN)/pytest $(addprefix tests/chaos/test_,$(addsuffix .py,race crash bank messages kills asleep approvals mails))

chaos-postgres: .venv/test
	@$(BIN)/python -m tests.support.servers postgres redis -- $(BIN)/pytest tests/chaos $(addprefix --ignore ,$(AT_WORK))

chaos-redis: .venv/test
	@$(BIN)/python -m tests.support.servers postgres redis -- $(BIN)/pytest $(AT_WORK)

chaos-rabbitmq: .venv/test
	@$(BIN)/python -m tests.support.servers postgres rabbitmq -- $(BIN)/pytest $(AT_WORK)

site-rabbitmq: .venv/test
	@$(BIN)/python -m tests.support.servers scratch rabbitmq -- $(BIN)/pytest tests/test_site.py

requests: .venv/test ## 20,000 mutated requests on each database; REQUESTS=100000 for more. Needs Debian's postgresql
	@REQUESTS=$(or $(REQUESTS),20000) $(BIN)/pytest tests/test_mutated.py
	@REQUESTS=$(or $(REQUESTS),20000) $(BIN)/python -m tests.support.servers scratch -- $(BIN)/pytest tests/test_mutated.py

mutants: .venv/test ## How many small changes of the money code the tests notice (MUTANTS_JOBS=1: on one core)
	@$(BIN)/python -m tests.support.mutants

bench: .venv/test ## How fast the product is beside a floor, on PostgreSQL with Redis (BENCH="settle --clients 1": less of it)
	@$(BIN)/python -m tests.support.servers postgres redis -- $(BIN)/python manage.py bench $(BENCH)

check: $(CHECKS) ## Lint, format, types, migrations, translations, deployment settings, the house's rules; needs Debian's gettext

check-code: .venv/test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

check-templates: .venv/test
	@$(BIN)/djhtml --tabwidth 2 --check templates

check-types: .venv/test
	@$(BIN)/mypy

check-migrations: .venv/test
	@$(BIN)/python manage.py makemigrations --check --dry-run

check-translations: .venv/test
	@$(BIN)/python -m tests.support.messages

check-deployment: .venv/test
	@DEBUG=false ALLOWED_HOSTS=dust.example.com SITE_URL=https://dust.example.com EMAIL_URL=smtp://127.0.0.1 \
	DEFAULT_FROM_EMAIL=noreply@dust.example.com SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DATABASE_URL=postgres://dustsite@127.0.0.1/dustsite CELERY_BROKER_URL=redis://127.0.0.1 TRUSTED_PROXIES=1 \
	PRICE_SOURCE=exchange EXCHANGE_FALLBACK_ID=kraken \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

check-house: .venv/test
	@$(BIN)/pytest tests/house

messages: .venv/test ## Collect the texts to translate and compile the translations; needs Debian's gettext
	@$(BIN)/python -m tests.support.messages --write

lock: .venv/test ## Compile the locks from pyproject.toml
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 --output-file requirements.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 --constraint requirements.txt \
	--group dev --output-file requirements-dev.txt pyproject.toml

.venv/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install python3, 3.11 or later."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "$$($(PYTHON) --version) is too old: Dustsite needs Python 3.11 or later (make PYTHON=python3.12 …)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "Python's venv is missing (Debian: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python requirements.txt
	@echo "Installing what the site needs. This takes a minute or two, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

.venv/test: .venv/python requirements-dev.txt
	@echo "Installing what the tests need. This takes a minute or two, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@
