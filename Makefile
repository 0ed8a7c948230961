# The commands of this repository. `make` lists them.

GO      ?= go
# Release builds know when they were made: a floor for a clock without battery.
BUILT   := $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -s -w -X main.built=$(BUILT)
OFFICE  := ./cmd/checkpointctl ./cmd/provincectl
SHIPPED := ./cmd/checkpointd ./cmd/checkpointctl ./cmd/provincectl ./cmd/collectord
ARCHES  := amd64 arm64
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo env "PATH=$(PATH)" "HOME=$(HOME)")

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 28

.PHONY: run
run: ## a whole checkpoint on this machine: sample province, virtual scanner, broker, receiver
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/...
	./bin/demo

.PHONY: run-province
run-province: deps ## a whole province on this machine: Mosquitto, PostgreSQL, collectord, the offices' pages and three enrolled checkpoints
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/...
	./bin/demo-province

.PHONY: build
build: ## the shipped binaries, for both machines, into bin/
	@for arch in $(ARCHES); do \
	  echo "linux/$$arch"; mkdir -p bin/linux-$$arch; \
	  CGO_ENABLED=0 GOOS=linux GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/linux-$$arch/ $(SHIPPED) || exit 1; \
	done

.PHONY: office
office: ## what offices run on Windows and macOS (cards, the province's tool), into bin/
	@for system in windows/amd64 darwin/arm64 darwin/amd64; do \
	  echo "$$system"; mkdir -p bin/$${system%/*}-$${system#*/}; \
	  CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/$${system%/*}-$${system#*/}/ $(OFFICE) || exit 1; \
	done

.PHONY: man
man: ## manual pages of the shipped programs into bin/man, from the same words as --help
	@mkdir -p bin/man
	CGO_ENABLED=0 $(GO) build -o bin/ $(SHIPPED)
	@for program in $(notdir $(SHIPPED)); do \
	  ./bin/$$program --manual >bin/man/page && section=$$(sed -n '1s/^\.TH [^ ]* \([0-9]\).*/\1/p' bin/man/page) && mv bin/man/page bin/man/$$program.$$section || exit 1; \
	done

.PHONY: test
test: deps vet ## everything but updates of the image (make image-test): installs what tests need, vet, staticcheck, tests with the race detector, sizes, the card's boots
	$(MAKE) --no-print-directory test-code
	$(MAKE) --no-print-directory test-card
	cd cmd/bench-register/peers && $(GO) test -count=1 ./...
	$(MAKE) --no-print-directory sizes

.PHONY: test-code
test-code: # all tests but those of the image
	$(GO) test -race -shuffle=on -count=1 -timeout 40m $$($(GO) list ./... | grep -v '/cmd/hil/card$$')

.PHONY: test-card
test-card: deps ## boots of the image: a lane, a card just flashed, a Raspberry Pi 3, three power cuts; builds the root file system the first time, for which it is root (sudo)
	$(AS_ROOT) $(GO) test -count=1 -timeout 60m -v -run 'TestTheImageIsALane|TestAFlashedCardBecomesALane|TestTheImageRunsOnARaspberryPi|TestPowerCuts' ./cmd/hil/card

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
deps: ## install what tests need beside Go (Debian: gcc, mosquitto, postgresql, fuse3, qemu, qemu-user, kmod, udev, ghostscript, dosfstools, mtools)
	.ci/deps

.PHONY: screens
screens: ## pictures of every state of the guard's page into docs/screens, from a real browser (chromium)
	rm -f docs/screens/*.png
	CHECKPOINT_SCREENS=$(CURDIR)/docs/screens $(GO) test -count=1 -run 'GuardsPageByRealScans|AShiftIsHandedOver|TodayIsLookedUp|ALessonIsNotReal|SettingsAre|PadAndForm|CamerasPictureOnThe|TypingANumber|APaperForm|AVehicleByRealKeys|FitsItsScreen|SaidOfTheBoxFits|TwoLanesFit|PairedAtTheLocalScreen' ./cmd/checkpointd ./console/page

.PHONY: screens-province
screens-province: deps ## pictures of every page of the province's offices into docs/screens-province, from a real browser (chromium)
	mkdir -p docs/screens-province && rm -f docs/screens-province/*.png
	CHECKPOINT_SCREENS=$(CURDIR)/docs/screens-province $(GO) test -count=1 -run 'EveryPageFitsItsScreen|PagesAboutPeopleFit' ./sync/collector/pages

.PHONY: print
print: ## what is printed into docs/print: the guard's poster, the notice for citizens, the install card, the shift sheet, the scanner's test code, the lid's card (chromium)
	mkdir -p docs/print
	CHECKPOINT_PRINT=$(CURDIR)/docs/print $(GO) test -count=1 -run TestPrintedSheetsAreOfTheseWords ./console/page
	$(GO) run ./cmd/provincectl label test --out docs/print/test-code && rm docs/print/test-code.svg
	$(GO) run ./cmd/provincectl label lid --out docs/print/box-lid

.PHONY: hil
hil: deps ## the box in a guest with real kernel devices: lamps, contacts, scanners, cameras, records to the host
	$(GO) test -count=1 -timeout 10m -v -p 1 ./cmd/hil/...

.PHONY: image
image: ## the SD card's image into bin/image, with bill of materials and checksums (IMAGE_KEY=FILE signs them, UPDATE_KEYRING=FILE has boxes believe bundles); as root, the first time some ten minutes. KIOSK=1: the one with a display, into bin/image-kiosk
	image/build

.PHONY: bundle
bundle: ## what boxes have to take the system that make image left (UPDATE_KEYS=DIR of provincectl keys system), into bin/image
	image/bundle

.PHONY: image-test
image-test: deps ## boot the very image in an emulated board: a lane with scanner, lamps, broker, a power cut; updates; bad systems are left; the page on a display (the first time ten minutes more)
	$(GO) test -count=1 -timeout 2h -v ./cmd/hil/card

.PHONY: image-twice
image-twice: ## build the committed image twice, in two folders, once from nothing, and compare every byte; as root, twenty minutes or so
	image/twice

.PHONY: soak
soak: deps ## the crash tests at full length (two or three hours), and 60 power cuts of the very image; CHECKPOINT_SEED=N loses the same again
	CHECKPOINT_SOAK=200 $(GO) test -race -count=1 -timeout 4h -run 'Kill|Power|Cut|Storm|Garbage|Soak|Away|SlowLink' $$($(GO) list ./cmd/... ./scanner/... ./store/... ./sync/... | grep -v '/cmd/hil/card$$')
	CHECKPOINT_SOAK=60 $(GO) test -count=1 -timeout 12h -v -run TestPowerCuts ./cmd/hil/card

THOUSANDS ?= 10000
SEED ?= 1
.PHONY: soak-qr
soak-qr: ## ten million (THOUSANDS, SEED) symbols that invite wrong payloads, and as many pictures; counts, and the slowest picture. An hour or more of two cores
	CHECKPOINT_SOAK=$(THOUSANDS) CHECKPOINT_SEED=$(SEED) $(GO) test -count=1 -timeout 8h -v -run TestSoak ./scanner/qr/frames

FUZZCOUNT ?= 10000000
FUZZ ?= ./...
.PHONY: fuzz
fuzz: ## every fuzz target (of the packages FUZZ), FUZZCOUNT executions in all, counted; FUZZKEEP=8 keeps what was found as seeds
	@GO=$(GO) .ci/fuzz $(FUZZCOUNT) '$(FUZZ)'

.PHONY: clean
clean: ## remove what was built and the sample checkpoint's data
	rm -rf bin .run .cache

.PHONY: bench
bench: ## measure the lane, about 20 minutes; table into docs/benchmarks.md. Keep the machine idle meanwhile
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/...
	./bin/bench --out docs/benchmarks.md

.PHONY: bench-qr
bench-qr: ## other decoders and ours on the same pictures; table into docs/benchmarks.md, plot into docs/qr.svg
	cmd/bench-qr/peers/install .cache/bench-qr
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/bench-qr
	./bin/bench-qr --out docs/benchmarks.md --plot docs/qr.svg

.PHONY: bench-upstream
bench-upstream: deps ## measure the way up: a backlog of a million records and 2,000 boxes; table into docs/benchmarks.md
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/...
	./bin/bench-upstream --out docs/benchmarks.md

.PHONY: bench-province
bench-province: deps ## fill a database with a month of a province (30 million records) and ask what its offices ask; table into docs/benchmarks.md. KEEP=DIR keeps the database: the next run only asks
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/bench-province
	./bin/bench-province $(if $(KEEP),--keep $(KEEP)) --out docs/benchmarks.md

.PHONY: bench-card
bench-card: deps image ## boot the image in emulation: memory, writes while idle, its size, instructions until the lane is ready; tables into docs/benchmarks.md
	CHECKPOINT_IMAGE=$(CURDIR)/bin/image CHECKPOINT_BENCH=$(CURDIR)/docs/benchmarks.md $(GO) test -count=1 -timeout 3h -v -run 'TestAnIdleLaneTakesLittle|TestAStartTakesFewSteps' ./cmd/hil/card

.PHONY: bench-register
bench-register: ## build, look up and ship ten million people, other stores beside, about 25 minutes and 20 GB; table into docs/benchmarks.md
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/provincectl ./cmd/checkpointd ./cmd/bench-register
	cd cmd/bench-register/peers && CGO_ENABLED=0 $(GO) build -o ../../../bin/bench-register-peers .
	./bin/bench-register --out docs/benchmarks.md

.PHONY: bench-register-100m
bench-register-100m: ## the same with a hundred million people, 37 GB, without other stores
	CGO_ENABLED=0 $(GO) build -o bin/ ./cmd/provincectl ./cmd/bench-register
	./bin/bench-register --people 100000000 --section register-100m --out docs/benchmarks.md
