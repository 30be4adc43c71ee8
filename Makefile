# Two commands are all a stranger needs: `make run` and `make test`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
N ?= 200
ROUNDS ?= 500
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/*.po))
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test check unit lint bench held demo-data messages lock clean browser-tools contact-sheet lighthouse judges

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "Chung Tay needs Python 3.11 or newer; python3 is older or missing." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
		else echo "Python's venv module is missing: install the package python3-venv." >&2; exit 1; fi; }
	@touch $@

$(VENV)/runtime: requirements.txt $(VENV)/made
	$(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt $(VENV)/made
	$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/runtime

%.mo: %.po
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

run: $(VENV)/runtime  ## Install, migrate, make a demo deployment, start both sites and the worker
	@$(MAKE) --no-print-directory $(CATALOGUES)
	@$(PY) -m portal demo
	@exec $(PY) -m portal run --ends-with-parent

test: $(VENV)/development browser-tools  ## Install and pass every test
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(PY) -m pytest -n 2 --dist loadgroup

browser-tools:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		wanted=; command -v chromium >/dev/null 2>&1 || wanted="$$wanted chromium fonts-noto-core fonts-noto-cjk"; \
		command -v firefox-esr >/dev/null 2>&1 || wanted="$$wanted firefox-esr"; \
		command -v redis-server >/dev/null 2>&1 || wanted="$$wanted redis-server"; \
		if [ -n "$$wanted" ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$wanted >/dev/null; fi; fi

check: $(VENV)/development  ## Lint, and the tests that need nothing, side by side: for every change, in half a minute
	@$(MAKE) --no-print-directory $(CATALOGUES)
	@began=$$(date +%s); warm=warm; [ -d .mypy_cache ] || warm=cold; \
		$(MAKE) --no-print-directory -j 2 $(if $(filter output-sync,$(.FEATURES)),-O) lint unit \
		&& echo "make check: $$(($$(date +%s) - began)) seconds, with $$warm caches"

unit: $(VENV)/development
	PORTAL_TESTS_QUICK=1 $(PY) -m pytest -q -n 2 -m unit tests/domain tests/mailbox tests/sealing tests/vault tests/vectors

lint: $(VENV)/development  ## Style, types, import law, catalogues
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m portal catalogues check

bench: $(VENV)/development  ## Measure CPU and bytes, and write docs/performance.md
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(PY) -m tests.bench.measure

judges: $(VENV)/development  ## Run the long forms of tests: every pair of acts ROUNDS times (500)
	@$(MAKE) --no-print-directory $(CATALOGUES)
	PORTAL_ROUNDS=$(ROUNDS) $(PY) -m pytest -n 2 --dist load tests/store/test_lock_order.py

held: $(VENV)/development  ## Ask the server beside 500 slow sockets, for five minutes (RIVALS=--rivals: other servers too)
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(PY) -m tests.bench.held --sockets 500 --seconds 600 $(RIVALS)

contact-sheet: $(VENV)/development browser-tools  ## Take pictures of every public page, into screenshots/
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(PY) -m tests.browser.contact_sheet

lighthouse: $(VENV)/development browser-tools  ## Let Lighthouse judge the pages (wants Node.js with npm)
	@command -v npm >/dev/null 2>&1 || { echo "Lighthouse runs on Node.js 18 or newer: install nodejs and npm." >&2; exit 1; }
	@npm ci --prefix tests/lighthouse --ignore-scripts --no-audit --no-fund --silent
	@$(MAKE) --no-print-directory $(CATALOGUES)
	$(PY) -m tests.lighthouse.measure

demo-data: $(VENV)/runtime  ## File N synthetic reports (N=200)
	@$(PY) -m portal demo
	@$(PY) -m portal demo-data $(N)

messages: $(VENV)/development  ## Bring the catalogues in step with the source
	$(PY) -m portal catalogues update

lock: $(VENV)/made  ## Resolve requirements*.in again, with hashes
	$(PY) -m pip install --quiet uv
	for name in requirements requirements-dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header $$name.in -o $$name.txt; done

clean:  ## Remove what was built; databases and keys in instance/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf tests/lighthouse/node_modules
	find portal/translations -name '*.mo' -delete
