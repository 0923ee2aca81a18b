# Every target sets up what it needs: a virtual environment in .venv with the package and its development tools.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests
DATA ?= $(or $(AGGREGATOR_DATA),../shared)

.PHONY: demo test check format messages bench bench-poll bench-store bench-pages soak docs clean

demo: $(READY)  ## the demo newsroom through the real pipeline; ARGS=--once ends after printing
	@$(BIN)/aggregator demo $(ARGS)

test: $(READY)  ## all tests
	$(BIN)/python -m pytest -n 2 $(TESTS)

check: $(READY)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(READY)  ## the catalogues of the interface's languages, after words in the code have changed
	@$(BIN)/python docs/messages.py

bench: $(READY)  ## quality and speed; the data sets are named in docs/data.md
	$(BIN)/aggregator bench $(DATA)/data/events
	$(BIN)/python benchmarks/bench_parse.py

bench-poll: $(READY)  ## what polling costs, against a farm of feeds; ARGS='--feeds 1000 --repeat 3'
	$(BIN)/python benchmarks/poll/run.py $(ARGS)

bench-store: $(READY)  ## a store of a million stories (4.6 GB in build/), every common call timed on it; ten minutes or more
	@mkdir -p build
	$(BIN)/python benchmarks/store/generate.py build/small.db --stories 10000
	$(BIN)/python benchmarks/store/generate.py build/young.db --stories 10000 --days 3.65
	$(BIN)/python benchmarks/store/generate.py build/million.db --stories 1000000
	$(BIN)/python benchmarks/store/generate.py build/peer.db --stories 50000
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'reader>=3.26'
	$(BIN)/python benchmarks/store/measure.py build/million.db --small build/small.db --young build/young.db --peer build/peer.db --json build/store.json

bench-pages: $(READY)  ## text and facts of article pages beside other extractors; ARGS='--sample 4 --shipped', ARGS=--help
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'lightgbm>=4' 'readability-lxml>=0.8' 'resiliparse>=0.14'
	$(BIN)/python benchmarks/pages/bench_pages.py $(ARGS)

soak: $(READY)  ## the whole hostile kit, hundreds of kills, a fresh Debian system: most of an hour
	SOAK=200 $(BIN)/python -m pytest tests/integration/test_hostile.py tests/integration/test_crash.py \
	  tests/integration/test_mail_crash.py tests/integration/test_mailing.py tests/integration/test_api.py \
	  tests/integration/test_desktop_clients.py tests/e2e/test_scripts_of_others.py
	SOAK=20 $(BIN)/python -m pytest tests/integration/test_spread.py tests/integration/test_thirty_days.py
	SOAK=1 $(BIN)/python -m pytest tests/packaging
	$(BIN)/python benchmarks/scale/cluster.py

docs: $(READY)  ## the documentation as a site, in site/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	$(BIN)/mkdocs build

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "A virtual environment could not be made; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@# axe-core, for the script alone that the package carries: its Playwright is not wanted
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps 'axe-playwright-python>=0.1.8,<0.2'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
