# The only vocabulary: people, hooks and CI all call these targets.
# Paths are relative and quoted, so the checkout may lie in a folder with spaces.

PYTHON  := .venv/bin/python
WORKERS ?= 2
TEST    := $(PYTHON) -m pytest
PIP     := $(PYTHON) -m pip --disable-pip-version-check install --quiet -c constraints.txt

# The tests start hundreds of Pythons: each would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test test-long check fix bench coverage manual pictures bundle clean
.NOTPARALLEL:

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 - \2/p' Makefile | awk -F ' - ' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: .venv/run.stamp ## set everything up and run the main job on invented data
	@$(PYTHON) -m cli demo

up: .venv/run.stamp ## set everything up, serve the console, on demo data until there is own; Ctrl-C stops it
	@$(PYTHON) -m cli up --demo --port 8631

test: .venv/dev.stamp ## set everything up and run the tests
	@$(TEST) -n $(WORKERS) --dist worksteal -m "not long"

test-long: .venv/dev.stamp ## the tests that need minutes, properties with far more examples
	@failed=0; \
	$(TEST) -n $(WORKERS) -m long || failed=1; \
	$(TEST) -n $(WORKERS) tests/property --hypothesis-profile=long || failed=1; \
	exit $$failed

check: .venv/dev.stamp ## every static check; counts failures instead of stopping at the first
	@failed=0; \
	run() { echo "== $$*"; "$$@" || failed=$$((failed + 1)); }; \
	run $(PYTHON) -m ruff format --check .; \
	run $(PYTHON) -m ruff check .; \
	run $(PYTHON) -m mypy; \
	run $(PYTHON) -c 'import importlinter.cli as it; it.lint_imports_command()'; \
	run $(PYTHON) -m cli check; \
	echo "== $$failed failed"; test $$failed -eq 0

fix: .venv/dev.stamp ## format, and mend what ruff can mend
	@$(PYTHON) -m ruff format . && $(PYTHON) -m ruff check --fix .

bench: .venv/dev.stamp ## measure speed: the engine, then the pages at 100,000 cases
	@$(PYTHON) -m benchmarks
	@$(PYTHON) -m benchmarks.console

coverage: .venv/dev.stamp ## the tests with branch coverage: 90 % overall, 100 % of policy
	@rm -f .coverage .coverage.*
	@$(TEST) -n $(WORKERS) -m "not long" --cov --cov-report=
	@failed=0; \
	$(PYTHON) -m coverage report --fail-under=90 || failed=1; \
	echo "== policy"; \
	$(PYTHON) -m coverage report --include='policy/*' --fail-under=100 || failed=1; \
	exit $$failed

manual: .venv/dev.stamp ## write the manual again, after a programme, a worked case or a calendar changed
	@$(PYTHON) -m scripts.make_manual

pictures: .venv/dev.stamp ## take the pictures of the documents again, after a page changed; needs Chromium
	@$(PYTHON) -m scripts.make_pictures

bundle: .venv/run.stamp ## one file that installs without a network; PLATFORM=win_amd64 PY=3.12 for another machine
	@$(PYTHON) -m scripts.make_bundle $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(PY),--python $(PY))

clean: ## remove the environment and everything that was built; data in var/ stays
	@rm -rf .venv build ./*.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last, so an interrupted installation is done again.
.venv/run.stamp: pyproject.toml constraints.txt
	@sh scripts/make-venv
	@echo "安装运行所需的软件包（首次约一分钟）… installing packages"
	@$(PIP) -e .
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt
	@sh scripts/make-venv
	@echo "安装运行与测试所需的软件包（首次约一分钟）… installing packages"
	@$(PIP) -e '.[dev]'
	@touch .venv/run.stamp $@
