# GNU make splits paths at spaces, and this folder's may have some: all paths here are relative to it.
# Variables given on the command line (PORT=, TRANSPORT=, DOCS=, ...) reach the programs through the environment.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
python := .venv/bin/python

# the user's own Python settings must not leak into the project's environment; without byte code all is compiled each time
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

# what `make help` lists first: for whoever runs it, rather than changes it
used := run ingest calibrate check-book report migrate deploy-local emulator clean-data

.PHONY: help
help: ## this list
	@awk -F ':.*## ' -v used=' $(used) ' ' \
		/^[a-z-]+:.*## / { group = index(used, " " $$1 " ") ? 1 : $$1 ~ /^(bench|soak|mutants|audit)/ ? 3 : 2; \
			lines[group] = lines[group] sprintf("  make %-20s %s\n", $$1, $$2) } \
		END { print "Use it\n" lines[1] "\nDevelop it\n" lines[2] "\nMeasure it\n" lines[3] }' Makefile

.PHONY: setup
setup: ## install everything that is missing (PYTHON=... chooses the interpreter)
	@$(MAKE) -j3 setup-python setup-node setup-system

.PHONY: setup-python setup-node setup-system
setup-python setup-node setup-system: setup-%:
	@sh infra/setup_$*.sh

.PHONY: run
run: setup-python ## start the platform and print its URL (PORT=..., TRANSPORT=http or pooled, MODEL=local); Ctrl-C stops it
	@exec $(python) -m infra.local run

.PHONY: ingest
ingest: setup-python ## fill the store of passages: DOCS=path/to/build, or an address, or Markdown (STAGE=prod, SITE_URL=..., ARGS=--help)
	@test -n "$$DOCS$(ARGS)" || { echo "Say what to ingest: make ingest DOCS=path/to/build (make ingest ARGS=--help says more)"; exit 2; }
	@exec $(python) -m $(if $(STAGE),infra.ingestion,infra.local ingest) $${DOCS:+"$$DOCS"} $${SITE_URL:+--site-url "$$SITE_URL"} $(ARGS)

.PHONY: migrate
migrate: setup-python ## bring a database's schema up to date: STAGE=prod, or DATABASE_OWNER_URL=... with DATABASE_URL=...
	@exec $(python) -m infra.migrate

.PHONY: deploy-local
deploy-local: setup-python setup-node ## rehearse on an emulator of AWS: deploy, use it, a next version, roll back, remove (5 min)
	@sh infra/setup_tool.sh deploy
	@exec $(python) -m infra.local.deployment

.PHONY: emulator
emulator: setup-python setup-node ## an emulator of AWS to follow specs/guides/aws.md with, until Ctrl-C
	@sh infra/setup_tool.sh deploy
	@exec $(python) -m infra.local.emulated_account

.PHONY: bench-cold
bench-cold: setup-python ## what a cold start costs, beside a bare FastAPI (tests/bench/results/cold.md)
	@sh infra/setup_tool.sh sam
	@exec $(python) -m tests.bench.cold $(ARGS)

.PHONY: bench-warm
bench-warm: setup-python ## simulate how many requests meet a cold start, and what it costs to keep containers (tests/bench/results/warm.md)
	@exec $(python) -m tests.bench.warm

.PHONY: bench-warm-chat
bench-warm-chat: setup-python ## a warm question here and at another commit, asked in turn (BEFORE=COMMIT or a folder; tests/bench/results/warm_chat.md)
	@exec $(python) -m tests.bench.warm_chat $(or $(BEFORE),HEAD~1) $(ARGS)

.PHONY: bench-imports
bench-imports: setup-python ## what each function imports, and what that costs (tests/bench/results/imports.md)
	@exec $(python) -m tests.bench.imports $(ARGS)

.PHONY: sam-validate
sam-validate: setup-python ## check infra/template.yaml with the AWS SAM command line (installs it into build/)
	@sh infra/setup_tool.sh sam
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 build/sam-venv/bin/sam validate --lint --template infra/template.yaml

.PHONY: test
test: setup ## all tests of the core: what a function runs, and its data (ARGS=... for pytest, JOBS=3 at once, BUSY=2 keeps processors busy)
	@exec sh tests/run.sh core $(ARGS)

.PHONY: test-long
test-long: setup ## what takes long and shows little that is new: crowds, a month of questions, outages in every way
	@exec sh tests/run.sh long $(ARGS)

.PHONY: test-smoke
test-smoke: setup setup-adoption setup-clients ## a few tests of each of the tiers below, in two minutes
	@exec sh tests/run.sh smoke $(ARGS)

.PHONY: test-deploy
test-deploy: setup ## each zip alone, what osls makes of serverless.yml, a rehearsed deployment: ten minutes
	@sh infra/setup_tool.sh deploy
	@sh infra/setup_tool.sh sam
	@exec sh tests/run.sh deploy $(ARGS)

.PHONY: test-ingestion
test-ingestion: setup ## pages are read, stored and found; the stand-in for Qdrant is as Qdrant
	@exec sh tests/run.sh ingestion $(ARGS)

.PHONY: test-platform
test-platform: setup ## `make run` starts, stops and survives; so do the gateway, the benchmarks and the mutants
	@exec sh tests/run.sh platform $(ARGS)

# what a tier or a comparison has for itself, so that whoever only changes code installs none of it
locked_packages = cd tests/$(1) && { cmp -s package-lock.json node_modules/installed.json || \
	{ npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/installed.json; }; }

.PHONY: setup-adoption setup-clients setup-conformance
setup-adoption setup-conformance: setup-%: setup-node
	@$(call locked_packages,$*)
setup-clients: setup-python setup-node
	@sh infra/setup_tool.sh fuzz
	@$(call locked_packages,clients)

.PHONY: test-sites
test-sites: setup ## build small sites with seven generators, and read them, in ten minutes (three of them: ARGS="-m smoke")
	@exec sh tests/run.sh sites $(ARGS)

.PHONY: test-browser
test-browser: setup ## the pages in a real Chromium
	@exec sh tests/run.sh browser $(ARGS)

.PHONY: test-adoption
test-adoption: setup setup-adoption ## adopt the databases of Better Auth 1.2 to 1.7 servers, in four minutes (some: ARGS="-m smoke")
	@exec sh tests/run.sh adoption $(ARGS)

.PHONY: test-clients
test-clients: setup setup-clients ## the OpenAPI document linted, a client generated from it and used, any request sent (briefly: ARGS="-m smoke")
	@exec sh tests/run.sh clients $(ARGS)

.PHONY: test-model
test-model: setup ## the real weights that the machine runs
	@exec sh tests/run.sh model $(ARGS)

tiers := test test-long test-deploy test-ingestion test-platform test-sites test-browser test-adoption test-clients test-model

.PHONY: test-all
test-all: ## every tier, one after the other
	@missed=; for tier in $(tiers); do $(MAKE) $$tier || missed="$$missed $$tier"; done; \
	if [ -n "$$missed" ]; then echo "Tests failed in:$$missed"; exit 1; fi; echo "Every tier passed: $(tiers)"

.PHONY: screenshots
screenshots: setup ## pictures of <docs-chat> in each state, in build/screenshots; look at them
	@$(python) -m tests.e2e.screenshots

.PHONY: mutants
mutants: setup ## change modules in small ways and name the changes that no test notices (FILES="shared/db/http.py ...", ARGS="--most 40")
	@test -n "$$FILES" || { echo "Say what to change: make mutants FILES=\"shared/db/http.py shared/breaker.py\""; exit 2; }
	@exec $(python) -m tests.mutants $$FILES $(ARGS)

.PHONY: conformance
conformance: setup setup-conformance ## compare our accounts with the real Better Auth server (PASSWORD_SCHEME=..., ONLY=..., TRANSPORT=...)
	@exec $(python) -m tests.conformance

.PHONY: bench-ingestion
bench-ingestion: setup ## how well each generator's site is read, beside the Markdown reader on its sources
	@$(python) -m tests.sites

.PHONY: calibrate
calibrate: setup-python ## print which questions a gate refuses: FILE=questions.jsonl (specs/guides/calibrating.md)
	@test -n "$$FILE" || { echo "Say which questions: make calibrate FILE=questions.jsonl (specs/guides/calibrating.md)"; exit 2; }
	@exec $(python) -m infra.calibration "$$FILE"

.PHONY: report
report: setup-python ## print what readers asked in a week and the book did not answer (STAGE=prod: of that stage; specs/insight.md)
	@exec $(python) -m infra.report

.PHONY: check-book
check-book: setup-python ## ask what the book must answer: FILE=questions.jsonl, API=https://… (specs/guides/checking-the-book.md)
	@test -n "$$FILE" || { echo "Say which questions: make check-book FILE=questions.jsonl (specs/guides/checking-the-book.md)"; exit 2; }
	@exec $(python) -m infra.book_check "$$FILE"

.PHONY: bench-answers
bench-answers: setup-python ## what answers without a model are worth (tests/bench/results/answers.md; ARGS=--failures prints each wrong one, MODEL=none,scripted compares)
	@exec $(python) -m tests.bench.answers $(ARGS)

.PHONY: bench-checking
bench-checking: setup-python ## what the check of written answers catches (tests/bench/results/checking.md)
	@exec $(python) -m tests.bench.checking

.PHONY: bench-units
bench-units: setup-python ## how soon a written unit leaves, and a stop arrives (tests/bench/results/units.md)
	@exec $(python) -m tests.bench.units

.PHONY: bench-history
bench-history: setup-python ## what a history costs as the site grows (ARGS="--users 100 10000 100000" for more than a glance)
	@exec $(python) -m tests.bench.history $(ARGS)

.PHONY: outage
outage: setup ## break everything in every way, the slow ones included
	@$(python) -m pytest -q -m "long or not long" tests/outage $(ARGS)

.PHONY: bench-stream
bench-stream: setup-python ## how soon a written unit reaches the client, and a stop the writer; memory after 1,000 streams
	@exec $(python) -m tests.bench.stream

.PHONY: bench-outage
bench-outage: setup-python ## how soon a reader is answered when something goes away (tests/bench/results/outage.md)
	@exec $(python) -m tests.bench.outage $(ARGS)

.PHONY: soak
soak: setup-python ## 200 readers ask while components die at random (SECONDS=600, SEED=..., TRANSPORT=http or pooled, MODEL=dying)
	@exec $(python) -m tests.outage.soak

.PHONY: lint
lint: setup-python setup-node ## lint, formatting, types, and who may import whom
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@node_modules/.bin/pyright
	@node_modules/.bin/tsc -p functions/widget/source
	@$(python) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo

.PHONY: element
element: setup-node ## build <docs-chat> from functions/widget/source, after a change there
	@node infra/packaging/element.mjs

.PHONY: format
format: setup-python ## format the code, and mend what the linter can mend
	@$(python) -m ruff check --fix-only -q .
	@$(python) -m ruff format .

compile := $(python) -m uv pip compile -q --system-certs --universal --generate-hashes --no-header

.PHONY: lock
lock: setup-python ## lock the Python packages anew, after a change in pyproject.toml
	@$(compile) --python-version 3.11 --group dev -o infra/requirements/dev.txt
	@for group in web database auth; do \
		$(compile) --python-version 3.11 --group $$group -c infra/requirements/dev.txt -o infra/requirements/$$group.txt || exit 1; \
	done
	@$(compile) --python-version 3.11 --group bench -c infra/requirements/dev.txt -o infra/requirements/bench.txt
	@for tool in deploy sam audit language fuzz; do \
		$(compile) --python-version 3.13 --group $$tool -o infra/requirements/$$tool.txt || exit 1; \
	done
	@grep -c '^[a-z0-9]' infra/requirements/*.txt

.PHONY: audit
audit: setup-python setup-node ## ask the public databases for known weaknesses in whatever is locked
	@sh infra/setup_tool.sh audit
	@failed=; for lock in infra/requirements/*.txt; do \
		echo "$$lock"; build/audit-venv/bin/pip-audit --progress-spinner off --disable-pip --require-hashes -r $$lock || failed=1; \
	done; \
	for folder in . tests/adoption tests/clients tests/conformance; do (cd $$folder && npm audit) || failed=1; done; test -z "$$failed"

.PHONY: bench
bench: ## every measurement, one after the other, in about half an hour: let the machine do nothing else meanwhile
	@missed=; $(MAKE) bench-history ARGS="--users 100 10000 100000" || missed=history; \
	for each in answers checking units db cold imports flights peers outage ceiling load; do $(MAKE) bench-$$each ARGS= || missed="$$missed $$each"; done; \
	$(MAKE) bench-plots; \
	if [ -n "$$missed" ]; then echo "Goals were missed by: $$missed"; exit 1; fi

# What the benchmarks compare us with, put load on us with and draw with, in an environment of its own.
.PHONY: bench-tools
bench-tools: setup
	@$(python) -m uv venv -q --allow-existing --python $(python) build/bench
	@$(python) -m uv pip install -q --system-certs --python build/bench --require-hashes --only-binary :all: -r infra/requirements/bench.txt

.PHONY: bench-db
bench-db: bench-tools ## measure what the data layer costs, beside bare clients and other libraries (tests/bench/results/db.md)
	@$(python) -m tests.bench.db

.PHONY: bench-flights
bench-flights: setup ## count the round trips of every route, and move the database 2, 10 and 50 ms away (tests/bench/results/flights.md)
	@$(python) -m tests.bench.flights

.PHONY: bench-ceiling
bench-ceiling: setup ## the most requests a second that the local platform does, with wrk (tests/bench/results/ceiling.md)
	@$(python) -m tests.bench.ceiling

.PHONY: bench-load
bench-load: bench-tools ## 1,000 of 10,000 readers at once, over both transports (tests/bench/results/load.md; ARGS="--users 1000")
	@$(python) -m tests.bench.load $(ARGS)

.PHONY: bench-plots
bench-plots: bench-tools ## draw what the benchmarks wrote (tests/bench/results/*.png)
	@build/bench/bin/python -m tests.bench.plots

.PHONY: bench-element
bench-element: setup ## what <docs-chat> costs a page, beside three peers from npm (tests/bench/results/element.md)
	@npm install --prefix build/bench-element --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
		deep-chat@2.4.2 @docsearch/js@5.2.0 @markprompt/web@0.14.3
	@$(python) -m tests.bench.element

.PHONY: bench-peers
bench-peers: bench-tools setup-conformance ## do the same work with other libraries, side by side (tests/bench/results/peers.md)
	@$(python) -m tests.bench.peers $(ARGS)

.PHONY: clean
clean: ## remove what setup and builds made; the data stays
	@rm -rf .venv node_modules build .serverless .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-data
clean-data: setup-python ## remove the platform's data: accounts, conversations, passages
	@$(python) -m infra.local clean
