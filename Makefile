# Two commands do everything: `make run` attacks real calls and judges them, `make test` proves the harness itself.
PYTHON ?= python3
BIN := .venv/bin
# Without tshark the run goes on and every result says what was not checked. Asked by the shell, after the set-up.
WITHOUT = $$(command -v tshark >/dev/null 2>&1 || echo --without wireshark)

.PHONY: help system run test check bench soak search fuzz lock clean

help:
	@echo 'make run    set up, attack real calls, show a table and an HTML report'
	@echo 'make system  install what the system provides: Wireshark, browsers, GStreamer, coturn, rtpengine, Janus (Debian 12)'
	@echo 'make test   set up, check style and types, run all tests'
	@echo 'make bench  compare speed and memory with bare calls and other tools (ARGS=--quick: 4 GB less on the disk)'
	@echo 'make soak   run the whole catalogue twenty times: every scenario must come out the same (TIMES=n)'
	@echo 'make search  look for attacks that nobody wrote down, for half an hour (SECONDS=n)'
	@echo 'make fuzz   feed hostile bytes to every reader and parser for two minutes (SECONDS=n)'
	@echo 'make lock   pin the dependencies again'
	@echo 'make clean  remove the environment and everything that runs left behind'

run:
	@$(PYTHON) bootstrap.py run
	@$(BIN)/harness run $(WITHOUT) $(ARGS)

system:
	@$(PYTHON) bootstrap.py system

test: check
	@$(BIN)/python -m pytest $(ARGS)

check:
	@$(PYTHON) bootstrap.py test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench:
	@$(PYTHON) bootstrap.py test
	@$(BIN)/python -m tests.bench.calls $(CALLS)
	@$(BIN)/python -m tests.bench.audit $(ARGS)
	@$(BIN)/python -m tests.bench.markers
	@$(BIN)/python -m tests.bench.policy
	@$(BIN)/python -m tests.bench.service
	@$(BIN)/python -m tests.bench.browser
	@$(BIN)/python -m tests.bench.connected
	@$(BIN)/python -m tests.bench.relay

TIMES ?= 20
soak:
	@$(PYTHON) bootstrap.py test
	@$(BIN)/python -m tests.bench.soak $(TIMES) $(ARGS)

search:
	@$(PYTHON) bootstrap.py run
	@$(BIN)/harness search --seconds $(or $(SECONDS),1800) $(ARGS)

fuzz:
	@$(PYTHON) bootstrap.py fuzz
	@$(BIN)/python -m tests.fuzz $(or $(SECONDS),120) $(ARGS)

# Names, versions and hashes only: where packages come from is the business of the machine that installs them.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-annotate pyproject.toml --extra build
lock:
	@$(PYTHON) bootstrap.py test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra test --constraint requirements.lock --output-file requirements-test.lock
	@$(LOCK) --extra test --extra fuzz --constraint requirements-test.lock --output-file requirements-fuzz.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find captures reports -mindepth 1 -maxdepth 1 ! -name golden ! -name schema -exec rm -rf {} +
