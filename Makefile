# Every task in one word. From a fresh clone these need Python ≥ 3.11 with venv, make, and a package index.
PYTHON ?= python3
WORKERS ?= 2
OUT ?= out
LATER ?= python3.12 python3.13

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := install --only-binary :all: --require-hashes
CLEAN := build/clean
# Many tests start commands: without bytecode each would compile the package again.
unexport PYTHONDONTWRITEBYTECODE

SHORT ?= tests/test_containers.py tests/test_image.py tests/test_study.py tests/kernels tests/cli/test_commands.py

.PHONY: help demo test check lint types contracts unit slow wheel sdist later docs notebooks bench bench-check format schemas lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: .venv/.runtime ## run the main job on the two simulated studies of sample_data
	$(BIN)/pnst run sample_data/malignant_dicom --lesion sample_data/malignant_dicom/lesions/1.dcm --out $(OUT)/malignant_dicom
	$(BIN)/pnst run sample_data/benign_nifti --out $(OUT)/benign_nifti

test: lint types contracts unit wheel ## what every change must pass (minutes)
	@echo "All tests passed."

check: slow docs notebooks sdist later ## what is slow: long tests, documentation, notebooks, source archive, other Pythons
	@echo "All slow checks passed."

# Without a cache: a module that moves changes the order of imports in files that did not.
lint: .venv/.dev ## style, spelling, formatting
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: .venv/.dev ## mypy, strict
	$(BIN)/mypy

contracts: .venv/.dev ## who may import whom
	$(BIN)/lint-imports --no-logo

# A worker takes whole stretches of the suite, so that what a module makes once is seldom made twice.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

unit: .venv/.dev ## unit and property tests
	$(PYTEST) -m "not slow"

slow: .venv/.dev ## the tests that take minutes, and every example of the property tests
	PNST_TESTS=thorough $(PYTEST) -m slow

wheel: .venv/.dev $(CLEAN)/.runtime ## build the wheel, install it alone, run the main job with it
	rm -rf build/dist
	$(BIN)/python -m build --no-isolation --wheel --outdir build/dist . > build/wheel.log || { cat build/wheel.log; exit 1; }
	$(CLEAN)/bin/python -m pip --quiet install --no-deps --no-index --force-reinstall build/dist/*.whl
	.ci/installed $(CLEAN)/bin

sdist: .venv/.dev ## build the source archive, and from it alone the wheel; test that (SHORT=tests: with every test)
	OMP_NUM_THREADS=1 .ci/sdist $(BIN) -n $(WORKERS) -m "not slow" $(SHORT)

later: .venv/.dev ## the wheel on newer Pythons, where they are installed; test it there (SHORT=tests: with every test)
	@mkdir -p build
	@$(BIN)/python -m build --no-isolation --wheel --outdir build/dist . > build/wheel.log || { cat build/wheel.log; exit 1; }
	@for python in $(LATER); do \
		if ! $$python -c 'import ensurepip' 2> /dev/null; then echo "$$python: skipped, not installed here"; continue; fi; \
		rm -rf "build/$$python" && $$python -m venv "build/$$python" && \
		"build/$$python/bin/python" -m pip --quiet $(INSTALL) -r requirements/runtime.txt && \
		"build/$$python/bin/python" -m pip --quiet install --no-deps --no-index build/dist/*.whl && \
		.ci/installed "build/$$python/bin" && \
		"build/$$python/bin/python" -m pip --quiet $(INSTALL) -r requirements/dev.txt && \
		OMP_NUM_THREADS=1 "build/$$python/bin/python" -m pytest -q -p no:cacheprovider -n $(WORKERS) -m "not slow" $(SHORT) && \
		echo "$$python: passed" || exit 1; \
	done

docs: .venv/.dev ## the documentation, warnings are errors
	rm -rf docs/_build docs/auto_examples
	MPLBACKEND=agg OMP_NUM_THREADS=1 $(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

notebooks: .venv/.dev ## run the notebooks of docs/notebooks, each into build/notebooks
	OMP_NUM_THREADS=1 $(BIN)/python docs/run_notebooks.py build/notebooks

bench: .venv/.dev ## speed, memory and error beside peers on the same arrays: writes benchmarks/README.md
	$(BIN)/python benchmarks/everything.py

bench-check: .venv/.dev ## what needs more time or memory than benchmarks/kernels.csv says
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/kernels.py --check

format: .venv/.dev ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: .venv/.runtime ## make the published JSON schemas again from the types
	$(BIN)/python -m pnst.io.schema src/pnst/io/schemas

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--only-binary :all: --no-emit-index-url --custom-compile-command "make lock"
lock: .venv/.runtime ## resolve the newest versions again (then run the tests)
	$(PIP) install --only-binary :all: uv
	$(COMPILE) --upgrade pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) --upgrade pyproject.toml --group dev --all-extras --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(COMPILE) --group build --constraint requirements/dev.txt --output-file requirements/build.txt

clean: ## remove what the tasks made, save .venv
	rm -rf build $(OUT) docs/_build docs/auto_examples docs/sg_execution_times.rst
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps: an environment is made again only when its lock changed.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "pnst needs Python 3.11 or newer; $(PYTHON) is older or missing: make … PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | .venv/bin/python
	$(PIP) $(INSTALL) -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	$(PIP) $(INSTALL) -r requirements/dev.txt
	@touch $@

$(CLEAN)/.runtime: requirements/runtime.txt | .venv/bin/python
	rm -rf $(CLEAN)
	$(BIN)/python -m venv $(CLEAN)
	$(CLEAN)/bin/python -m pip --disable-pip-version-check --quiet $(INSTALL) -r requirements/runtime.txt
	@touch $@
