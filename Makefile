# The commands of this repository. `make` lists them.

GO      ?= go
# Release builds know when they were made: a floor for a clock without battery.
BUILT   := $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -s -w -X main.built=$(BUILT)
SHIPPED := ./cmd/checkpointd ./cmd/checkpointctl ./cmd/provincectl
ARCHES  := amd64 arm64

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 28

.PHONY: run
run: ## a whole checkpoint on this machine: sample province, virtual scanner, broker, receiver
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/...
	./bin/demo

.PHONY: build
build: ## the shipped binaries, for both machines, into bin/
	@for arch in $(ARCHES); do \
	  echo "linux/$$arch"; mkdir -p bin/linux-$$arch; \
	  CGO_ENABLED=0 GOOS=linux GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/linux-$$arch/ $(SHIPPED) || exit 1; \
	done

.PHONY: test
test: deps vet ## everything: installs what tests need, vet, staticcheck, tests with the race detector, sizes
	$(GO) test -race -shuffle=on -count=1 -timeout 40m ./...
	cd cmd/bench-register/peers && $(GO) test -count=1 ./...
	$(MAKE) --no-print-directory sizes

.PHONY: vet
vet: ## gofmt, go vet (both machines), staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	GOARCH=arm64 CGO_ENABLED=0 $(GO) vet $(SHIPPED)
	$(GO) tool -modfile=.ci/tools/go.mod staticcheck ./...
	cd cmd/bench-register/peers && $(GO) vet ./...

.PHONY: sizes
sizes: build ## the arm64 daemon must stay within 20 MB
	.ci/size bin/linux-arm64/checkpointd 20000000

.PHONY: deps
deps: ## install what tests need beside Go (Debian: gcc, mosquitto, fuse3, qemu, kmod)
	.ci/deps

.PHONY: hil
hil: deps ## the box in a guest with real kernel devices: lamps, contacts, scanners, records to the host
	$(GO) test -count=1 -timeout 10m -v ./cmd/hil

.PHONY: soak
soak: deps ## the crash tests at full length (an hour or two)
	CHECKPOINT_SOAK=200 $(GO) test -race -count=1 -timeout 3h -run 'Kill|Power|Cut|Storm|Garbage|Soak' ./cmd/... ./scanner/... ./store/... ./sync/...

FUZZTIME ?= 30s
.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME each
	@$(GO) list ./... | while read -r pkg; do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	  done; \
	done

.PHONY: clean
clean: ## remove what was built and the sample checkpoint's data
	rm -rf bin .run .cache

.PHONY: bench
bench: ## measure the lane, about 20 minutes; table into docs/benchmarks.md. Keep the machine idle meanwhile
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/...
	./bin/bench --out docs/benchmarks.md

.PHONY: bench-register
bench-register: ## build, look up and ship ten million people, other stores beside, about 25 minutes and 20 GB; table into docs/benchmarks.md
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/provincectl ./cmd/checkpointd ./cmd/bench-register
	cd cmd/bench-register/peers && CGO_ENABLED=0 $(GO) build -o ../../../bin/bench-register-peers .
	./bin/bench-register --out docs/benchmarks.md

.PHONY: bench-register-100m
bench-register-100m: ## the same with a hundred million people, 37 GB, without other stores
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/provincectl ./cmd/bench-register
	./bin/bench-register --people 100000000 --section register-100m --out docs/benchmarks.md
