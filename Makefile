# Few verbs. Each works on a bare machine with Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
ARGS ?=
BROKER ?= embedded
WINDOWS ?= 200

.PHONY: help setup demo test chaos flood differential check contracts bench-status bench-cut bench-look bench-live bench-e2e image load fuzz scenarios format lock clean

help:            ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(VENV)/.runtime  ## A virtual environment with what the worker needs, from the hashed lock

$(VENV)/.runtime: requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(PIP) -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.dev  ## Broker, camera and worker on this machine; ARGS=--once ends after the first clip
	$(PY) -m devtools.demo --broker $(BROKER) $(ARGS)

test: $(VENV)/.dev  ## All tests that this machine can run
	$(PY) -m pytest $(ARGS)

chaos: $(VENV)/.dev  ## Kill workers and the broker, fill the output, take the footage away, under load, and count; ARGS="--seconds S --seed N"
	$(PY) -m devtools.chaos $(ARGS)

flood: $(VENV)/.dev  ## A million incidents that wait, 10,000 due at once, 100,000 of one camera; ARGS="--waiting N"
	$(PY) -m devtools.flood $(ARGS)

fuzz: $(VENV)/.dev  ## Feed the MP4 reader with made-up files; ARGS=-max_total_time=300
	$(PY) -m devtools.fuzz_mp4 $(ARGS)

differential: $(VENV)/.dev  ## Our clips of random windows against ffmpeg, an hour; WINDOWS=20 ARGS="-k hevc"
	CLIPS_WINDOWS=$(WINDOWS) $(PY) -m pytest tests/processors/adapters/test_differential.py $(ARGS)

check: $(VENV)/.dev  ## Lint, types, import rules, contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m devtools.contracts --check

contracts: $(VENV)/.dev  ## Write schemas, AsyncAPI document and tables of the docs from the models
	$(PY) -m devtools.contracts

load: $(VENV)/.dev  ## Mixed HTTP requests on a worker of its own; ARGS="--requests N --seconds S"
	$(PY) -m devtools.load --broker $(BROKER) $(ARGS)

bench-status: $(VENV)/.dev  ## The list of clips with a million of them; ARGS=--clips N
	$(PY) -m benchmarks.status $(ARGS)

bench-look: $(VENV)/.dev  ## What looking at cameras of up to 100,000 segments costs, in time and memory; ARGS="--json PATH --quick"
	$(PY) -m benchmarks.look $(ARGS)

bench-live: $(VENV)/.dev  ## How long after its window a clip is announced while footage grows; ARGS="--seconds 90 --rate 2"
	$(PY) -m benchmarks.live $(ARGS)

scenarios: $(VENV)/.dev  ## Write docs/scenarios.md: what recordings must give, and what they give
	$(PY) -m devtools.scenarios $(ARGS)

format: $(VENV)/.dev  ## Format and mend what can be mended
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

image: $(VENV)/.dev  ## The image without Docker: its steps in a scratch root, and a clip made there (as root)
	$(PY) -m devtools.image

bench-cut: $(VENV)/.dev  ## How near cutting comes to copying bytes; ARGS="--json PATH --quick"
	$(PY) -m benchmarks.cut $(ARGS)

bench-e2e: $(VENV)/.dev  ## From an incident on Kafka to its answer; ARGS="--json PATH --quick --workers 1,2,4"
	$(PY) -m benchmarks.e2e $(ARGS)

lock:            ## Compile the lock files again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group demo --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements.txt -o requirements-dev.txt

clean:           ## Remove what can be made again
	rm -rf .venv* .broker .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage
