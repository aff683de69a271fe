# The two commands of the README, and the ones a developer uses.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

export OMP_WAIT_POLICY ?= passive
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test setup check evals bench train lock clean

run: setup            ## library, model and the web page
	@$(BIN)/coach prepare
	@$(BIN)/coach app

setup: $(STAMP)       ## the environment alone

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Serve Python 3.11 o successivo (PYTHON=… make setup)."; exit 1; }
	@echo "Preparo l'ambiente in .venv: uno o due minuti."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: setup           ## every test
	$(BIN)/python -m pytest

check: setup          ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

evals: setup          ## quality, as a table
	$(BIN)/python -m tests.evals

bench: setup          ## speed and memory, as a table
	$(BIN)/python -m benchmarks

train: setup          ## the classifiers of acts, questions and manners, from tests/evals
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m coach.analysis.training
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m coach.conversation.training
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m coach.roleplay.training

lock: setup           ## pins every dependency with its hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --output-file requirements.txt

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache
