# Needs make and Python 3.11 or newer; everything else comes into .venv.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test lint format lock openapi bench clean

VENV := .venv/bin/python

# The first Python that really runs and is new enough.
define find_python
for p in "$$PYTHON" python3.13 python3.12 python3.11 python3 python; do \
  if [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then python="$$p"; break; fi; done; \
if [ -z "$$python" ]; then \
  echo "Python 3.11 or newer is needed and was not found: install it, or set PYTHON=/path/to/python3." >&2; \
  exit 1; fi
endef

help:
	@echo "make run     start the site with its demo"
	@echo "make test    everything that CI runs"
	@echo "make bench   the benchmarks; make bench BENCH='http_events --quick' some, or short runs"
	@echo "make setup   only install; lint, format, openapi, lock for developers"

setup:
	@python=; $(find_python); exec "$$python" config/bootstrap.py run

setup-test:
	@python=; $(find_python); exec "$$python" config/bootstrap.py test

run: setup
	@exec $(VENV) -m config.run

test: setup-test lint
	$(VENV) -m pytest

lint:
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy
	.venv/bin/lint-imports
	DJANGO_ENV=test $(VENV) manage.py makemigrations --check --dry-run
	DJANGO_ENV=test $(VENV) manage.py check --fail-level WARNING
	DJANGO_ENV=test $(VENV) -m config.snapshot
	@echo "manage.py check --deploy, with settings as in production"
	@DJANGO_ENV=production SECRET_KEY="$$($(VENV) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	  ALLOWED_HOSTS=zones.bank.example BASE_URL=https://zones.bank.example \
	  DATABASE_URL=postgresql://zones@db.bank.example/zones REDIS_URL=redis://cache.bank.example/0 \
	  $(VENV) manage.py check --deploy --fail-level WARNING

format:
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .

# Write the OpenAPI snapshot that `make test` compares.
openapi:
	DJANGO_ENV=test $(VENV) -m config.snapshot --write

# Lock pyproject.toml's dependencies with hashes; no index's address gets into the files.
lock:
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
	  --custom-compile-command "make lock" -o requirements/base.txt pyproject.toml
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
	  --custom-compile-command "make lock" --extra dev -c requirements/base.txt \
	  -o requirements/dev.txt pyproject.toml

bench: setup-test
	@exec $(VENV) -m tests.bench $(BENCH)

clean:
	rm -rf var/test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
