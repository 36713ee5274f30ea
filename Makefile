# Relais: `make run` starts it, `make test` checks it, `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
FLASK := .venv/bin/flask --app wsgi
export PYTHONDONTWRITEBYTECODE ?= 1
# One heap for all threads: otherwise glibc gives each its own, and each keeps what it needed once.
export MALLOC_ARENA_MAX ?= 1

.PHONY: help run test test-whoosh3 check format bench bench-search bench-feeds judged trust trust-fast migrate messages pictures vendor lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: .venv/run ## start the portal with its demo, the web server and the worker
	@DEMO=$${DEMO:-1} $(FLASK) serve

test: .venv/test ## lint, types, import contracts, and every test; installs Chromium and PostgreSQL when it may
	@bash tests/machine.sh
	@$(MAKE) --no-print-directory check
	@$(PY) -m pytest -n 2 --dist loadfile --durations 10
	@$(MAKE) --no-print-directory test-whoosh3

test-whoosh3: .venv/whoosh3/ready ## the search engine's contract on the other distribution of Whoosh
	@.venv/whoosh3/bin/python -m pytest -c pyproject.toml --rootdir . --confcutdir tests/search tests/search/test_contract_*.py tests/search/test_embedded_engine.py tests/search/test_engines_agree.py

check: .venv/test ## lint, format, types, templates, import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint --quiet --lint templates

format: .venv/test ## put the code in its usual form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/test ## the figures of speed and size, from one run
	$(PY) -m tests.bench

bench-search: .venv/test ## the search engine beside tantivy, SQLite and PostgreSQL, as ratios (SEARCH="--sizes 10000 --seeds 2": a part)
	$(PY) -m tests.bench.rivals $(SEARCH)

bench-feeds: .venv/test ## a feed of 20,000 offers and one of 200 MiB: seconds, memory, searches meanwhile
	$(PY) -m tests.bench.imports

judged: .venv/test ## how well search answers: the French pairs, both halves, and the judged questions, worst first
	@$(PY) -m pytest -q -s tests/search/test_french.py::test_the_table_of_french_pairs tests/search/test_judged_questions.py::test_sixty_judged_questions_are_answered_as_well_as_ever

trust-fast: .venv/test ## every trust row at small n
	$(PY) -m pytest tests/trust

trust: .venv/test ## every trust row at full n
	TRUST_N=full $(PY) -m pytest tests/trust

migrate: .venv/run ## bring the database of DATA to the newest schema
	@$(FLASK) db upgrade

messages: .venv/test ## collect the strings of pages and mails into the English catalogue
	@bash portal/translations/collect.sh

pictures: .venv/test ## screenshots of the main pages into docs/pictures
	@bash tests/machine.sh
	$(PY) -m tests.pictures

vendor: ## fetch the front-end files again at their pinned versions
	@bash static/vendor/fetch.sh

lock: .venv/test ## pin every library again, with hashes
	.venv/bin/pip install -q uv
	.venv/bin/uv pip compile -q --no-annotate --no-header --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --no-annotate --no-header --generate-hashes --no-emit-index-url --python-version 3.11 --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
	.venv/bin/uv pip compile -q --no-annotate --no-header --generate-hashes --no-emit-index-url --python-version 3.11 -c requirements-test.lock tests/search/whoosh3.in -o tests/search/whoosh3.lock

clean: ## remove what make made (never DATA)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache

.venv/bin/python:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Relais needs Python 3.11 or newer."; exit 1; }
	@python3 -m venv .venv || { echo "Python's venv is missing: on Debian and Ubuntu, apt install python3-venv."; exit 1; }

.venv/run: .venv/bin/python requirements.lock portal/translations/en/LC_MESSAGES/messages.po
	@echo "Installing the libraries (the first time takes a minute or two)…"
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/pybabel --quiet compile --directory portal/translations
	@touch $@

.venv/test: .venv/run requirements-test.lock
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

.venv/whoosh3/ready: .venv/bin/python tests/search/whoosh3.lock
	@python3 -m venv .venv/whoosh3
	@.venv/whoosh3/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/search/whoosh3.lock
	@touch $@
