# `make serve` and `make test` are all that is needed; both install what the machine lacks.

export PATH := $(PATH):$(HOME)/.local/share/swift-6.3.1/usr/bin
CONFIG ?= Configs/simulated.yaml

# The products $(1) as they are installed.
built = for product in $(1); do \
	    swift build -c release --static-swift-stdlib --disable-local-rpath --product $$product || exit; \
	done

.PHONY: serve test tests installed-programs environments system systems aarch64 rehearsal build wheel bench fuzz faults soak sanitize \
    lint install-build install-test install-rehearsal clean

# Builds the server and serves simulated devices, or those of CONFIG=….
serve: build
	.build/release/device-server $(CONFIG)

build: install-build
	$(call built,$(PROGRAMS))
	$(MAKE) $(foreach library,$(simulated-libraries),$(call simulated-file,$(library))) .build/release/simulated-rpicam

# Vendors' libraries as the simulations have them, each with its folder in Drivers.
SIMULATED := libatcore=SimulatedAtcore libandor=SimulatedAndor2 libdcamapi=SimulatedDCAM libm3api=SimulatedXIMEA libpvcam=SimulatedPVCAM
library-of = $(word 1,$(subst =, ,$(1)))
simulated-libraries := $(foreach pair,$(SIMULATED),$(call library-of,$(pair)))
simulated-file = .build/release/$(1)-simulated/$(1).so

# Needing libc alone; in a folder where no loader looks by itself.
define simulated-library
$(call simulated-file,$(1)): $(wildcard Drivers/$(2)/*.[ch] Drivers/$(2)/include/* Drivers/SimulatedSDK/*.[ch] \
		Drivers/SimulatedSDK/include/*)
	mkdir -p $$(@D)
	clang -shared -fPIC -O2 -fvisibility=hidden -IDrivers/SimulatedSDK/include -Wl,-soname,$(1).so \
		Drivers/$(2)/*.c Drivers/SimulatedSDK/*.c -o $$@
endef
$(foreach pair,$(SIMULATED),$(eval $(call simulated-library,$(call library-of,$(pair)),$(word 2,$(subst =, ,$(pair))))))

# What stands in for the programs of a Raspberry Pi.
.build/release/simulated-rpicam: Drivers/SimulatedRPiCam/main.c
	mkdir -p $(@D)
	clang -O2 $< -lm -o $@

include Configs/install/install.mk

# The Python package for frames, for pip: see docs/client-python.md.
wheel:
	.ci/environments
	.venv-numpy2/bin/python -m pip wheel --quiet --no-deps --no-build-isolation -w .build/wheel Sources/python
	ls .build/wheel

# Everything that can be checked without hardware. What is made first keeps one processor busy at a time, or waits.
test: install-test lint
	$(MAKE) --no-print-directory -j4 --output-sync=target installed-programs tests environments system
	.ci/swift-tests
	.ci/usb
	RIG=Configs/rig-simulated.yaml swift test $(for-tests) --skip-build --filter HardwareTests
	.ci/clients
	.ci/witnesses

# Beside that of the programs, so that both can be built at once; a quarter of the time goes into what debuggers need.
for-tests := --scratch-path .build-tests -debug-info-format none

tests:
	swift build $(for-tests) --build-tests

# Those that tests drive as they are installed, and those that they need for it.
installed-programs: deb dist
	$(call built,test-server test-microscope example-microscope virtual-usb virtualusb-preload)

environments:
	.ci/environments

system:
	.ci/system

# The package and the archive in a fresh root of each system: a part of the tests.
systems: install-test environments installed-programs system
	.ci/clients -k test_installation

# The programs as machine code for aarch64, neither linked nor run.
aarch64: install-test
	.ci/aarch64

# Wheels at the ports of a real kernel, in QEMU, with the real udev: half a minute.
rehearsal: install-test install-rehearsal tests environments
	Tests/Rehearsal/rehearse

# Mutated input for everything that reads bytes from the network: see Tests/Fuzz/README.md.
fuzz: install-test
	Tests/Fuzz/fuzz

# Each fault on each kind of device, in ten minutes: see docs/fault-matrix.md, which it writes.
faults: build
	SERVER_BIN=$(CURDIR)/.build/release .venv-numpy2/bin/python Tests/Faults/matrix.py --write docs/fault-matrix.md

# All kinds of devices at full rate for HOURS, while a random worker is killed each minute.
HOURS ?= 1
soak: build
	SERVER_BIN=$(CURDIR)/.build/release .venv-numpy2/bin/python Tests/Faults/soak.py --hours $(HOURS)

# The unit tests under AddressSanitizer, then under ThreadSanitizer: half an hour on two cores.
sanitize: install-test
	.ci/sanitize

# What stands at the top of the tree; a file that a program left there is not one of it.
TOP := Package.swift Sources Drivers Tests HardwareTests Configs README.md Makefile LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md \
    docs Benchmarks

# Format, layers and wording.
lint:
	@for name in $$(git ls-files | cut -d/ -f1 | grep -v '^\.' | sort -u); do \
	    case " $(TOP) " in *" $$name "*) ;; *) echo "$$name does not belong to the top of the tree" >&2; exit 1;; esac; done
	swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Drivers Tests HardwareTests docs
	python3 .ci/imports.py
	python3 .ci/words

# Ours and python-microscope side by side: see Benchmarks/README.md.
bench: build
	$(MAKE) -C Benchmarks

install-build:
	.ci/install build

install-test:
	.ci/install test

install-rehearsal:
	.ci/install rehearsal

clean:
	rm -rf .build .build-tests .venv-*
