# Everything here works on a bare machine with Go: what is missing is installed (Debian's
# packages, for which you must be root) or built from Go modules into the user's cache.
# `make` alone lists the targets.

# The Kubernetes version of the node and of the tests' API server; empty is the pinned one.
KUBERNETES ?=
# Leave the demo's node up: make demo KEEP=1
KEEP ?=
# Further flags of go test: make test TESTFLAGS=-count=1 takes no remembered result.
TESTFLAGS ?=
# What make e2e runs: packages, and a pattern of tests.
SUITES ?= ./e2e/demo/images ./e2e/release ./e2e/suite ./e2e/chart ./e2e/examples ./e2e/zoo
RUN ?=
# How long each fuzz target runs.
FUZZTIME ?= 10s
# Where make release builds into, and where make push writes down what it has pushed.
RELEASE ?= out/release
PUSHED ?= out/pushed
# How make sign signs; empty is keyless, as whom the release workflow is.
COSIGNFLAGS ?=
# Where known vulnerabilities are looked up.
VULNDB ?= https://vuln.go.dev

GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.8.0
ACTIONLINT = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
COSIGN = github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5
NODE = go run ./e2e/node/cmd/softstop-node
OWN = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/softstop/own
# What takes minutes where nothing has been compiled says so, and how far it is.
PROGRESS = go run ./e2e/progress
BENCH = mkdir -p $(OWN) && go build -o $(OWN)/bench ./e2e/bench && exec $(OWN)/bench -out docs/benchmarks.md

# As what is shipped is compiled, so that all of it is compiled once.
export CGO_ENABLED = 0
export GOFLAGS := $(strip $(filter-out -trimpath -buildvcs=%,$(GOFLAGS)) -trimpath -buildvcs=false)

export KEEP
export SOFTSTOP_KUBERNETES = $(KUBERNETES)

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow e2e node-up node-down node-shell image lint matrix release push sign workflows vulncheck zoo truth bench bench-rollout bench-stoptime bench-podprice bench-admission bench-scale bench-init faults soak fuzz

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Stop the same workloads without and with softstop on a real node (KEEP=1 leaves it up)
	@echo "The demo: the same workloads stopped without and with softstop, on a real Kubernetes node that is brought up here and goes away again."
	@echo "It takes 2 minutes. The first time the node is compiled before, which takes 10 to 20 minutes on two free cores; there are $$(nproc)."
	@mkdir -p $(OWN) && $(PROGRESS) build $(OWN)/demo ./e2e/demo && exec $(OWN)/demo

test: ## Run everything that needs no node: unit, golden, init, and the API server alone
	@echo "All that needs no node: an API server and Helm are built, once, then all packages are tested."
	@echo "It takes 3 minutes. The first time everything is compiled before, which takes 10 to 20 minutes on two free cores; there are $$(nproc)."
	@mkdir -p $(OWN) && $(PROGRESS) build $(OWN)/assets ./e2e/node/cmd/softstop-node && assets=$$($(OWN)/assets assets) && KUBEBUILDER_ASSETS=$$assets $(PROGRESS) test -vet=off $(TESTFLAGS) ./...

test-slow: ## Run make test as on slow machines, one after the other: beside busy processes, on one core, with one thread, with a third of the processor time
	@for how in busy core thread third; do \
		echo "== $$how"; sh e2e/progress/slow.sh $$how $(MAKE) test TESTFLAGS=-count=1 || exit 1; \
	done

e2e: ## Run the suite, the chart's walk, the examples, and the zoo under softstop, on real nodes; build the images twice and as a release, and have vulnerabilities looked for
	go test -v -tags e2e -vet=off -count 1 -timeout 60m -p 1 -parallel 12 -run "$(RUN)" $(SUITES)

node-up: ## Bring a real Kubernetes node up
	@$(NODE) up

node-down: ## End it; nothing of it is left
	@$(NODE) down

node-shell: ## A shell with kubectl and helm in the node's network
	@$(NODE) shell

image: ## Build the images from the Dockerfile, with no registry
	@go run ./e2e/demo images

lint: workflows ## Check the format and the habits
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	go run $(GOLANGCI_LINT) run --build-tags e2e

matrix: ## Try the pods that break naive injectors on the oldest, a middle and the newest Kubernetes
	go run ./e2e/suite/matrix -out docs/versions.md

zoo: ## Try real servers in people's launch styles under every init
	go run ./e2e/zoo -out docs/zoo.md

truth: ## Measure what becomes of commands as process 1, and write down what softstop check says of them
	go run ./e2e/zoo -truth cmd/softstop/testdata/process1.json
	UPDATE_SCRIPTS=1 go test -run TestDocs ./cmd/softstop

bench: ## Measure all that softstop promises, and what it costs, on a real node (20 minutes)
	@$(BENCH)

bench-rollout: ## Count the requests that fail while deployments are restarted, one part of make bench
	@$(BENCH) -only rollout

bench-stoptime bench-podprice bench-admission bench-scale: bench-%:
	@$(BENCH) -only $*

bench-init: ## Measure the init beside tini, dumb-init and catatonit
	go run ./e2e/benchinit -out docs/init-benchmark.md

faults: ## Let misfortune strike on a real node while pods are being created, and count
	@mkdir -p $(OWN) && go build -o $(OWN)/faults ./e2e/faults && exec $(OWN)/faults -out docs/faults.md -journal $(OWN)/faults.journal

soak: ## Give the webhook all the reviews it takes for ten minutes, and look whether anything in it grows
	@mkdir -p $(OWN) && go build -o $(OWN)/soak ./e2e/faults/soak && exec $(OWN)/soak -out docs/soak.md

release: ## Build everything that a release consists of into out/release, reproducibly: VERSION=v1.2.3
	go run ./e2e/release -version "$(VERSION)" -out "$(RELEASE)"

push: ## Push what make release has built, where the chart looks for it; log in before
	go run ./e2e/release push -out "$(RELEASE)" -list "$(PUSHED)"

sign: ## Sign what make push has pushed, and attest what its programs are made of
	@while read -r name repository digest; do \
		echo "signing $$repository@$$digest"; \
		go run $(COSIGN) sign --yes --recursive $(COSIGNFLAGS) "$$repository@$$digest" || exit 1; \
		bill="$(RELEASE)/$$name.cdx.json"; test -f "$$bill" || continue; \
		go run $(COSIGN) attest --yes --type cyclonedx --predicate "$$bill" $(COSIGNFLAGS) "$$repository@$$digest" || exit 1; \
	done < "$(PUSHED)"

workflows: ## Check what GitHub runs
	go run $(ACTIONLINT) -shellcheck= -pyflakes=

vulncheck: ## Look for known vulnerabilities in what is called (VULNDB=file:///FOLDER for a copy of the database)
	@go run $(GOVULNCHECK) -db $(VULNDB) ./... || { echo "If it could not fetch vulnerabilities: VULNDB=file:///FOLDER names a copy of $(VULNDB)." >&2; exit 1; }

fuzz: ## Fuzz every fuzz target for FUZZTIME
	@grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r -n1 dirname | sort -u | while read -r package; do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done
