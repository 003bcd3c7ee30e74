# Every target creates the environment if it is missing. PYTHON must be a Python 3.11 or later.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

PACKAGES := wakepath devicemodels scheduler networks simulator backends
SOURCES := $(PACKAGES) tests benchmarks conftest.py

.PHONY: demo test test-all check bench results results-simulation results-devices results-gated format clean

demo: $(READY)
	$(BIN)/wakepath run scenarios/smartwatch

# Two processes with two threads of BLAS each would wait for each other.
test: export OPENBLAS_NUM_THREADS = 1
test: $(READY)
	$(BIN)/pytest tests -n 2 -m "not heavy and not workers"
	$(BIN)/pytest tests -m "workers and not heavy"
	$(BIN)/pytest -q docs README.md

# With the long ones, and then what the oracles said.
test-all: $(READY)
	$(BIN)/pytest -o junit_family=xunit1 --junitxml=$(VENV)/tests.xml
	@PYTHONPATH=. $(BIN)/python benchmarks/results/simulation.py --report $(VENV)/tests.xml

check: $(READY)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@for script in $$(grep -l __main__ benchmarks/*.py); do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

# Minutes: every baseline on five networks and every platform of the catalog.
results: $(READY)
	@PYTHONPATH=. $(BIN)/python benchmarks/results/planning.py -o docs/results/planning.md

# Minutes: the simulator's oracles, and its benchmarks.
results-simulation: $(READY)
	@PYTHONPATH=. $(BIN)/python benchmarks/results/simulation.py -o docs/results/simulation.md

# Half a minute: predictions of published rows that did not make them.
results-devices: $(READY)
	@PYTHONPATH=. $(BIN)/python benchmarks/results/devices.py -o docs/results/devices.md

# Half an hour: gated networks and their baselines, trained, judged, planned and replayed.
results-gated: $(READY)
	@PYTHONPATH=. $(BIN)/python benchmarks/results/gated/run.py -o docs/results/gated-compression.md

format: $(READY)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

clean:
	rm -rf $(VENV)

# pytorchcv only serves the tests; its own requirements would pull in much more. Of aeon only a data
# file is read; what it requires would bring older numba and pandas.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[torch,onnx,tflite,data,cp-sat,testing,dev]"
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps pytorchcv aeon
	touch $(READY)
