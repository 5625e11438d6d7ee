# The only entry points. Every target is safe to repeat, says what it does and never asks.
#
#   PORT   where `make up` listens            (8800)
#   DATA   where it keeps interviews          (data)
#   PYTHON the interpreter, 3.11 or newer     (python3)

PORT   ?= 8800
DATA   ?= data
PYTHON ?= python3
export PYTHON

.PHONY: up down test test-long check bench install install-test clean

up: install            ## install, build, start; create a demo interview; print its links
	@.venv/bin/python scripts/up.py --port $(PORT) --data $(DATA)

down:                  ## stop what `make up` started; interviews stay in $(DATA)
	@.venv/bin/python scripts/up.py --port $(PORT) --data $(DATA) --stop

test: install-test     ## install what tests need; run every test; the last line is pytest's
	@scripts/test

test-long: install-test ## the same at full size: the whole zoo at full, 10,000 right samplers, 1,000,000 frames
	@scripts/test --long

check: install-test    ## format, lint, types, import contract
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@npm --prefix web run --silent check

bench: install         ## write bench/results/*.json; print tables of ratios
	@mkdir -p bench/results
	@.venv/bin/python bench/judge_wire.py --json bench/results/judge_wire.json
	@.venv/bin/python bench/judge_power.py --seconds 60 --rounds 1 --pairs bell --json bench/results/judge_power.json \
	  --bugs "correct from" "bonus from" "accept if" "row before" temperature
	@.venv/bin/python bench/first_output.py --json bench/results/first_output.json
	@.candidate-env/bin/python bench/judge_power_figure.py bench/results/judge_power.json bench/results/judge_power.svg
	@.venv/bin/python bench/room_load.py --json bench/results/room_load.json
	@.candidate-env/bin/python bench/room_load_figure.py bench/results/room_load.json bench/results/room_load.svg
	@.venv/bin/python bench/log_size.py

install:
	@scripts/install

install-test:
	@scripts/install --test

clean:                 ## remove what was installed and built; never $(DATA)
	rm -rf .venv .candidate-env .make web/node_modules sandbox/static
