# `make install` puts the programs and what belongs to them in place; `make deb` makes a Debian package of that.

DESTDIR ?=
prefix ?= /usr/local
sysconfdir ?= /etc
MAINTAINER ?= device-server <root@localhost>

PROGRAMS := device-server devicectl hwprobe
VERSION := $(shell sed -n 's/^public let version = "\(.*\)"/\1/p' Sources/Server/Version.swift)
ARCHITECTURE := $(shell dpkg --print-architecture 2>/dev/null)

package := .build/device-server_$(VERSION)_$(ARCHITECTURE).deb
root = $(DESTDIR)$(prefix)
doc = $(root)/share/doc/device-server
documents = README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE $(wildcard docs/overview.svg docs/decisions/*.md Tests/README.md Benchmarks/README.md Sources/*/README.md Sources/python/examples/*.py docs/Articles/*.swift docs/*.md docs/Example/*.swift docs/Example/Sources/*/*.swift \
    docs/ExampleWheels/*/*.swift Drivers/*/README.md HardwareTests/README.md Configs/*.yaml Configs/udev/*.rules)
release := .build/release

.PHONY: install deb dist install-deb-tools

# Without these there is something to build first; what is there is installed as it is, so that root need not build.
$(PROGRAMS:%=$(release)/%):
	$(MAKE) build

install: $(PROGRAMS:%=$(release)/%) $(foreach library,$(simulated-libraries),$(call simulated-file,$(library))) $(release)/simulated-rpicam
	install -d $(root)/bin
	install -s $(PROGRAMS:%=$(release)/%) $(root)/bin
	$(foreach library,$(simulated-libraries),install -s -D -m 644 $(call simulated-file,$(library)) \
	    $(root)/lib/device-server/$(library)-simulated/$(library).so &&) true
	install -s -D -m 755 $(release)/simulated-rpicam $(root)/lib/device-server/simulated-rpicam
	# Configuration that is there is somebody's own.
	install -d $(DESTDIR)$(sysconfdir)/device-server
	test -e $(DESTDIR)$(sysconfdir)/device-server/device-server.yaml || \
	    install -m 644 Configs/install/device-server.yaml $(DESTDIR)$(sysconfdir)/device-server
	# systemd, udev
	install -d $(root)/lib/systemd/system $(root)/lib/udev/rules.d
	sed -e 's#/usr/bin/device-server#$(prefix)/bin/device-server#' -e 's#/etc/#$(sysconfdir)/#' \
	    Configs/systemd/device-server.service >$(root)/lib/systemd/system/device-server.service
	$(foreach rules,$(wildcard Configs/udev/*.rules),install -m 644 $(rules) $(root)/lib/udev/rules.d &&) true
	# Documentation, in the same folders as here, so that what leads from one file to another does so there as well.
	$(foreach file,$(documents),install -D -m 644 $(file) $(doc)/$(file) &&) true
	install -m 644 LICENSE $(doc)/copyright
	ln -sfn Configs $(doc)/examples
	install -d $(root)/share/man/man1 $(root)/share/man/man5
	Configs/install/manual device-server 1 Configs/install/device-server.1.md >$(root)/share/man/man1/device-server.1
	Configs/install/manual devicectl 1 docs/devicectl.md 'looks at the devices of a server, sets them and takes images' \
	    >$(root)/share/man/man1/devicectl.1
	Configs/install/manual hwprobe 1 docs/hwprobe.md 'lists what is attached, and what is in its way' \
	    >$(root)/share/man/man1/hwprobe.1
	Configs/install/manual device-server.yaml 5 docs/configuration.md 'configuration of device-server' \
	    >$(root)/share/man/man5/device-server.yaml.5
	# Completion
	install -d $(root)/share/bash-completion/completions $(root)/share/zsh/vendor-completions \
	    $(root)/share/fish/vendor_completions.d
	$(foreach program,$(PROGRAMS),\
	    $(release)/$(program) --generate-completion-script bash >$(root)/share/bash-completion/completions/$(program) &&\
	    $(release)/$(program) --generate-completion-script zsh >$(root)/share/zsh/vendor-completions/_$(program) &&\
	    $(release)/$(program) --generate-completion-script fish >$(root)/share/fish/vendor_completions.d/$(program).fish &&) true

deb: install-deb-tools build
	rm -rf .build/deb .build/device-server_*.deb
	$(MAKE) --no-print-directory install DESTDIR=.build/deb/root prefix=/usr
	Configs/debian/pack .build/deb '$(VERSION)' '$(ARCHITECTURE)' '$(MAINTAINER)' $(package)

# An archive for any Linux with glibc 2.34 or newer: programs, rules, unit, manuals, simulated libraries and install.sh,
# with checksums and a software bill of materials beside it.
portable := device-server-$(VERSION)-linux-$(shell uname -m)
dist: install-deb-tools build
	rm -rf .build/dist
	$(MAKE) --no-print-directory install DESTDIR=.build/dist/$(portable)/root prefix=/usr
	cd .build/dist/$(portable) && mv root/usr/bin root/usr/lib root/usr/share . && \
	    mv lib/systemd/system systemd && mv lib/udev/rules.d udev && rmdir lib/systemd lib/udev && \
	    mv root/etc/device-server/device-server.yaml . && rm -r root
	cp LICENSE README.md CHANGELOG.md Configs/install/install.sh Configs/debian/postinst .build/dist/$(portable)
	Configs/install/sbom device-server $(VERSION) $(PROGRAMS:%=$(release)/%) \
	    >.build/dist/device-server-$(VERSION)-$(shell uname -m).spdx.json
	cp .build/dist/device-server-$(VERSION)-$(shell uname -m).spdx.json .build/dist/$(portable)/sbom.spdx.json
	tar --create --xz --sort=name --owner=0 --group=0 --numeric-owner --file=.build/dist/$(portable).tar.xz \
	    --directory=.build/dist $(portable)
	if [ -e $(package) ]; then cp $(package) .build/dist; fi
	cd .build/dist && sha256sum *.tar.xz *.spdx.json $(if $(wildcard $(package)),*.deb) >SHA256SUMS

install-deb-tools:
	.ci/install package
