BIN := .venv/bin
ready := .venv/ready
ready_dev := .venv/ready-dev
ready_docs := .venv/ready-docs

# A folder that was moved, or a Python that went away, makes the environment count as absent.
ifneq ($(shell { $(BIN)/python -c pass && cat $(ready); } 2>/dev/null),$(CURDIR))
$(shell rm -f $(ready) $(ready_dev) $(ready_docs))
endif

.PHONY: help check check-all test test-all benchmark docs clean

help:
	@echo 'make check   install dsmip into .venv and check the default scenarios'
	@echo 'make check-all   variants and large scenarios as well (minutes, some 2 GB of memory)'
	@echo 'make test    lint, types and tests (minutes)'
	@echo 'make test-all   and the tests of more inputs, engines and programs (slow ones: $(BIN)/pytest -m slow)'
	@echo 'make benchmark   measure the engines beside other model checkers, into benchmark-results'
	@echo 'make docs    the documentation with pictures drawn from the model, into build/docs'
	@echo 'make clean   remove .venv, caches and built packages'
	@echo 'Python 3.11 or newer is needed; no other system program is needed.'

check: $(ready)
	@$(BIN)/dsmip check

check-all: $(ready)
	@$(BIN)/dsmip check --set all

test: $(ready_dev)
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile

test-all: test
	$(BIN)/pytest -n auto --dist loadfile -m 'broad and not slow'

benchmark: $(ready)
	@$(BIN)/python -m benchmarks

docs: $(ready_docs)
	@$(BIN)/python scripts/documentation.py build/docs && echo 'written: build/docs/index.html'

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ready): pyproject.toml
	@PYTHON='$(PYTHON)' scripts/environment.sh
	@echo '$(CURDIR)' > $@

$(ready_dev): pyproject.toml
	@PYTHON='$(PYTHON)' scripts/environment.sh dev
	@echo '$(CURDIR)' | tee $(ready) > $@

$(ready_docs): pyproject.toml
	@PYTHON='$(PYTHON)' scripts/environment.sh docs
	@echo '$(CURDIR)' > $@
