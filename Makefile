# Two commands do everything on a fresh machine: `make run` opens the window, `make test` tests all.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test lint unit campaign bench lock docs clean

run: $(VENV)/.run-installed
	@sh tools/system_packages.sh run
	@$(BIN)/python tools/run.py

test: $(VENV)/.test-installed
	@sh tools/system_packages.sh test
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory unit

lint: $(VENV)/.test-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

unit: $(VENV)/.test-installed
	QT_QPA_PLATFORM=offscreen KERAS_BACKEND=jax $(BIN)/python -m pytest -n auto -q

# The same checks at full size, and the ten activations of the source page at every float32 there
# is: hours. Its results are committed in docs/campaign.md and docs/accuracy.md.
campaign: $(VENV)/.test-installed
	@sh tools/system_packages.sh test
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/fuzz.txt
	$(BIN)/python tools/fuzz.py
	$(BIN)/python tools/campaign.py
	$(BIN)/python tools/accuracy_docs.py exhaustive

bench: $(VENV)/.test-installed
	@sh tools/system_packages.sh bench
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "actviz needs Python 3.11 or newer; name one with 'make PYTHON=python3.12 …'"; exit 1; }
	@sh tools/system_packages.sh venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-installed: requirements/test.txt requirements/judges.txt tools/install_torch.py $(VENV)/.run-installed $(VENV)/.keras2-installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/judges.txt
	$(BIN)/python tools/install_torch.py
	@touch $@

# Keras 2 apart from the rest: its TensorFlow and an OpenCL driver crash in one process.
$(VENV)/.keras2-installed: requirements/keras2.txt | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/keras2
	$(VENV)/keras2/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements/keras2.txt
	@touch $@

# Pins everything anew; needs uv (`pip install uv`).
lock:
	uv pip compile pyproject.toml --extra cpu --extra build $(LOCK) -o requirements/run.txt
	uv pip compile pyproject.toml --extra cpu --extra build --extra dev --extra cluster -c requirements/run.txt $(LOCK) -o requirements/test.txt
	uv pip compile pyproject.toml requirements/judges.in --extra interop -c requirements/test.txt $(LOCK) -o requirements/judges.txt
	uv pip compile requirements/keras2.in $(LOCK) -o requirements/keras2.txt
	uv pip compile requirements/fuzz.in $(LOCK) -o requirements/fuzz.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist out
