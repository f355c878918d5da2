"""The Debian package: what is in it, and how it works where it has been installed."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from installed import RELEASES, InstalledServer, System
from processes import children, is_running
from servers import ROOT
from test_documentation import broken_links
from test_service import Manager
from waiting import eventually

CONFIG = "/etc/device-server/device-server.yaml"
# Besides devices that have no hardware, a camera whose simulated library has to be found where it was installed.
CAMERA = "  - {name: Zyla, driver: andor-sdk3, uid: VSC-01234, port: 0, simulated: true}\n"
SHELLS = {
    "bash": "usr/share/bash-completion/completions/device-server",
    "zsh": "usr/share/zsh/vendor-completions/_device-server",
    "fish": "usr/share/fish/vendor_completions.d/device-server.fish",
}

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can make a system in a folder")


@pytest.fixture(scope="module")
def package():
    """The package that `make deb` has made."""
    (package,) = (ROOT / ".build").glob("device-server_*.deb")
    return package


@pytest.fixture(scope="module", params=RELEASES)
def system(request, package, tmp_path_factory):
    """A fresh system with the package and nothing that the package does not depend on."""
    system = System(tmp_path_factory.mktemp("system") / "root", request.param)
    shutil.copy(package, system.path("/tmp/device-server.deb"))
    system.run("dpkg", "-i", "/tmp/device-server.deb")
    yield system
    shutil.rmtree(system.root)


@pytest.fixture
def manager(system):
    """What listens as systemd does, at /run/device-server/notify, in the folder that systemd would make."""
    folder = system.path("/run/device-server")
    folder.mkdir(exist_ok=True)
    user = system.path("/var/log/device-server").stat()
    os.chown(folder, user.st_uid, user.st_gid)
    manager = Manager(folder / "notify")
    os.chmod(manager.path, 0o777)
    yield manager
    manager.close()
    manager.path.unlink()


def unprivileged(pid, system):
    """Whether a process is the service's user in all respects, and has no capabilities."""
    status = dict(line.split(":\t") for line in open("/proc/%d/status" % pid).read().splitlines() if ":\t" in line)
    user = system.path("/var/log/device-server").stat().st_uid
    return user != 0 and set(status["Uid"].split()) == {str(user)} and int(status["CapEff"], 16) == 0


def test_dependencies(package, system):
    """The package needs what it says and no more: no library is missing where only these are."""
    text = subprocess.run(["dpkg-deb", "--field", package, "Depends"], capture_output=True, text=True).stdout
    needed = {part.split()[0] for part in text.split(",")}
    assert {"libc6", "libstdc++6", "libssl3", "libusb-1.0-0", "zlib1g"} <= needed
    assert needed <= {"libc6", "libgcc-s1", "libssl3", "libstdc++6", "libudev1", "libusb-1.0-0", "zlib1g"}
    # The C library of Ubuntu 22.04 has 2.35, that of RHEL 9 has 2.34.
    (newest,) = re.findall(r"libc6 \(>= ([0-9.]+)\)", text)
    assert tuple(map(int, newest.split("."))) <= (2, 34), "this needs glibc %s" % newest
    linked = system.run("ldd", "/usr/bin/device-server").stdout
    assert "libc.so.6" in linked and "not found" not in linked


def newest(symbols, name):
    """The newest version of a library's symbols that a program needs, as a tuple of numbers."""
    versions = re.findall(r"\b%s_(\d[\d.]*)" % name, symbols)
    return max((tuple(map(int, version.split("."))) for version in versions), default=())


def test_programs_run_with_the_libraries_of_rhel_9(bare_system):
    """RHEL and Rocky 9 have glibc 2.34, the C++ library of GCC 11, and OpenSSL 3.0; nothing newer is needed by any program or
    library of the archive, which the package has as well."""
    system, folder = bare_system
    files = [path for path in system.path(folder).rglob("*")
             if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF"]
    assert {"device-server", "devicectl", "hwprobe", "libatcore.so", "libdcamapi.so"} <= {path.name for path in files}
    for path in files:
        symbols = subprocess.run(["objdump", "-T", path], capture_output=True, text=True, check=True).stdout
        assert (2, 2, 5) <= newest(symbols, "GLIBC") <= (2, 34), path
        assert newest(symbols, "GLIBCXX") <= (3, 4, 29) and newest(symbols, "CXXABI") <= (1, 3, 13), path
        assert newest(symbols, "OPENSSL") <= (3, 0, 0), path
        needed = re.findall(r"NEEDED +(\S+)", subprocess.run(
            ["objdump", "-p", path], capture_output=True, text=True, check=True).stdout)
        assert set(needed) <= {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libssl.so.3", "libcrypto.so.3",
                               "libz.so.1", "libusb-1.0.so.0", "libudev.so.1", "ld-linux-x86-64.so.2",
                               "ld-linux-aarch64.so.1"}, path


def test_size(package, system):
    """Nothing large has got into it by accident, such as the tables of all the world's languages."""
    sizes = {name: system.path("/usr/bin/" + name).stat().st_size for name in ("device-server", "devicectl", "hwprobe")}
    assert max(sizes.values()) < 30e6, sizes
    assert package.stat().st_size < 25e6


def test_user_and_files(system):
    """There is a user of the service's own in the groups of the hardware; the configuration is for its eyes."""
    groups = system.run("id", "--name", "--groups", "device-server").stdout.split()
    assert groups[0] == "device-server" and {"plugdev", "dialout", "video"} <= set(groups)
    owner = system.run("stat", "--format", "%U:%G %a", CONFIG, "/var/log/device-server").stdout.split("\n")
    assert owner[:2] == ["root:device-server 640", "device-server:device-server 750"]
    for name in ("README.md", "copyright", "docs/installation.md", "Drivers/AndorSDK3/README.md", "examples/simulated.yaml"):
        assert system.path("/usr/share/doc/device-server/" + name).stat().st_size > 0
    rules = {path.name for path in (ROOT / "Configs" / "udev").glob("*.rules")}
    assert {path.name for path in system.path("/usr/lib/udev/rules.d").glob("*")} >= rules


def test_documentation_leads_to_what_is_there(system):
    """No link to another file of the documentation is broken."""
    assert broken_links(system.path("/usr/share/doc/device-server").rglob("*.md")) == []


def test_configuration_that_comes_with_it(system):
    """It has no errors, and says of each device that it is made up."""
    done = system.run("device-server", "--check", CONFIG, user="device-server")
    assert "no errors; 3 devices" in done.stdout
    text = system.path(CONFIG).read_text()
    assert text.count("driver:") == text.count("simulated: true") == len(re.findall("name: Simulated", text))


def test_serves_as_its_user(system, manager, connect):
    """All simulated devices are served; a client from outside takes images; the end is clean."""
    text = system.path("/usr/share/doc/device-server/examples/simulated.yaml").read_text()
    text = re.sub(r"\bport: \d+", "port: 0", text) + CAMERA + "log: {directory: /var/log/device-server}\n"
    system.path("/etc/device-server/scope.yaml").write_text(text)
    server = InstalledServer(
        system, "/etc/device-server/scope.yaml",
        NOTIFY_SOCKET="/run/device-server/notify", RUNTIME_DIRECTORY="/run/device-server")
    try:
        # The processes in there have the numbers that they have out here.
        assert manager.wait_for("READY=1") == server.process.pid
        processes = children(server.process.pid) | {server.process.pid}
        assert len(processes) > 10 and all(unprivileged(pid, system) for pid in processes)
        camera = connect(server.uri("Camera"))
        camera.set_exposure_time(0.01)
        assert camera.get_sensor_shape() == (2048, 2048)
        assert connect(server.uri("Zyla")).get_id() == "VSC-01234"
        laser = connect(server.uri("Laser"))
        laser.enable()
        assert laser.get_is_on() is True
        env = ["env", "RUNTIME_DIRECTORY=/run/device-server", "device-server"]
        status = system.run(*env, "status", user="device-server").stdout
        assert re.search(r"Camera +serving", status)
        assert "no errors" not in system.run(*env, "reload", "/etc/device-server/scope.yaml", user="device-server").stderr
        os.kill(server.process.pid, signal.SIGTERM)
        manager.wait_for("STOPPING=1")
        assert server.wait() == 0
        eventually(lambda: not any(map(is_running, processes)), "all processes have ended")
    finally:
        server.kill()
    assert "all devices are shut down" in server.text()
    log = system.path("/var/log/device-server/device-server.log").read_text()
    assert "serving PYRO:Laser@" in log and "all devices are shut down" in log


def test_lights_off(system):
    """What the service does when it has stopped works for its user."""
    done = system.run("device-server", "lights-off", CONFIG, user="device-server")
    assert done.stdout == "SimulatedLaser: light is off\n"


def test_unit(system):
    """systemd finds nothing wrong with the unit, whose programs are all there, and takes it for well protected."""
    unit = "device-server.service"
    # It also looks for the manual pages, which it cannot find in a folder.
    command = ["systemd-analyze", "--root", system.root, "--man=no", "--recursive-errors=no"]
    verified = subprocess.run([*command, "verify", unit], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    safe = subprocess.run(
        [*command, "--offline=yes", "--threshold=30", "security", unit], capture_output=True, text=True)
    assert safe.returncode == 0, safe.stdout + safe.stderr


@pytest.mark.parametrize("page", ["man1/device-server.1", "man1/devicectl.1", "man5/device-server.yaml.5"])
def test_manual_pages(system, page):
    """Readers of manual pages make sense of them, and find their names."""
    file = system.path("/usr/share/man/%s.gz" % page)
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error", file], capture_output=True, text=True)
    assert (lint.returncode, lint.stdout) == (0, "")
    text = subprocess.run(["mandoc", "-T", "utf8", file], capture_output=True, text=True, check=True).stdout
    assert re.search(r"\n       device(ctl|-server)(\.yaml)? - \w", re.sub(".\b", "", text))


def options(text):
    """The long options that a text names, but for those in the middle of a sentence."""
    return set(re.findall(r"^ *(?:\*\*)?(?:-\w(?:\*\*)?, (?:\*\*)?)?(--[a-z-]+)", text, re.MULTILINE))


def test_manual_page_tells_every_option(system):
    """What --help tells of the program and its commands is in the page, and the page has no other options."""
    commands = ["", "init", "reload", "restart", "status", "lights-off", "stop-motion", "conform"]
    helps = [system.run("device-server", *command.split(), "--help").stdout for command in commands]
    page = (ROOT / "Configs" / "install" / "device-server.1.md").read_text()
    assert options(page) == set.union(*map(options, helps)) >= {"--check", "--json", "--within", "--version", "--help"}
    for command in filter(None, commands):
        assert re.search(r"^  %s  " % command, helps[0], re.MULTILINE)
        assert "\n**device-server %s**" % command in page


@pytest.mark.parametrize("shell", SHELLS)
def test_completion(system, shell):
    """Each shell can read its file, which knows options and commands."""
    file = system.root / SHELLS[shell]
    subprocess.run([shell, "-n" if shell != "fish" else "--no-execute", file], check=True, capture_output=True)
    text = file.read_text()
    assert all(word in text for word in ("log-level", "lights-off", "status", "reload", "restart"))


def test_version(system, package):
    """The program and the package have one version."""
    version = system.run("device-server", "--version").stdout.strip()
    assert package.name.split("_")[1] == version and re.fullmatch(r"\d+\.\d+\.\d+", version)


class Repository:
    """Packages that apt installs from a folder of a system."""

    def __init__(self, system):
        self._system = system
        self._folder = system.path("/srv/packages")
        self._folder.mkdir(parents=True)

    def add(self, package):
        """A package that apt offers from now on."""
        shutil.copy(package, self._folder / (Path(package).stem + "_%d.deb" % len(list(self._folder.glob("*.deb")))))
        index = subprocess.run(["dpkg-scanpackages", "--multiversion", "."], cwd=self._folder, capture_output=True,
                               text=True, check=True).stdout
        (self._folder / "Packages").write_text(index)
        self._system.path("/srv/packages.list").write_text("deb [trusted=yes] file:/srv/packages ./\n")
        self.apt("update")

    def apt(self, *words):
        """apt-get with these packages alone: all that they need is installed."""
        options = ["Dir::Etc::sourcelist=/srv/packages.list", "Dir::Etc::sourceparts=-", "APT::Sandbox::User=root",
                   "APT::Get::List-Cleanup=0"]
        return self._system.run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes",
                                *(word for option in options for word in ("-o", option)), *words)

    def remove(self):
        shutil.rmtree(self._folder)
        self._system.path("/srv/packages.list").unlink()


@pytest.fixture
def repository(system):
    """What apt offers in the system."""
    repository = Repository(system)
    yield repository
    repository.remove()


@pytest.fixture
def next_package(package, system, tmp_path):
    """The same package with a higher version."""
    folder = tmp_path / "package"
    subprocess.run(["dpkg-deb", "--raw-extract", package, folder], check=True)
    control = folder / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99.0.0", control.read_text()))
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", folder, system.path("/tmp/next.deb")], check=True)
    yield "/tmp/next.deb"
    system.path("/tmp/next.deb").unlink()


def test_upgrade_and_removal(system, package, next_package, repository, manager, connect):
    """`apt upgrade` keeps a changed configuration, and the running server goes on; removal keeps the configuration as well;
    purging leaves nothing."""
    with open(system.path(CONFIG), "a") as config:
        config.write("# mine\n")
    text = system.path(CONFIG).read_text()
    system.path("/etc/device-server/upgraded.yaml").write_text(re.sub(r"\bport: \d+", "port: 0", text))
    server = InstalledServer(
        system, "/etc/device-server/upgraded.yaml",
        NOTIFY_SOCKET="/run/device-server/notify", RUNTIME_DIRECTORY="/run/device-server")
    try:
        assert manager.wait_for("READY=1") == server.process.pid
        laser = connect(server.uri("SimulatedLaser"))
        laser.enable()
        repository.add(package)
        assert "0 upgraded" in repository.apt("upgrade").stdout
        repository.add(system.path(next_package))
        assert "1 upgraded" in repository.apt("upgrade").stdout
        assert laser.get_is_on() is True and is_running(server.process.pid)
        os.kill(server.process.pid, signal.SIGTERM)
        assert server.wait() == 0
    finally:
        server.kill()
    assert system.run("dpkg-query", "--show", "--showformat", "${Version}", "device-server").stdout == "99.0.0"
    assert "no errors" in system.run("device-server", "--check", CONFIG, user="device-server").stdout
    system.path("/etc/device-server/upgraded.yaml").unlink()
    assert system.path(CONFIG).read_text().endswith("# mine\n")
    assert system.run("stat", "--format", "%U:%G %a", CONFIG).stdout == "root:device-server 640\n"
    system.run("dpkg", "--remove", "device-server")
    assert system.path(CONFIG).exists() and not system.path("/usr/bin/device-server").exists()
    system.run("dpkg", "--purge", "device-server")
    left = [path for path in system.root.rglob("*device-server*") if "proc" not in path.parts]
    ours = {"scope.yaml", "device-server.deb"} | {path.name for path in system.path("/srv/packages").iterdir()}
    assert {path.name for path in left} <= ours | {"device-server"}, left
    assert not system.path("/var/log/device-server").exists() and not system.path("/usr/lib/device-server").exists()


@pytest.fixture(scope="module", params=RELEASES)
def bare_system(request, tmp_path_factory):
    """A fresh system without the package, and the unpacked archive in /tmp."""
    system = System(tmp_path_factory.mktemp("bare") / "root", request.param)
    (archive,) = (ROOT / ".build" / "dist").glob("device-server-*-linux-*.tar.xz")
    subprocess.run(["tar", "-xf", archive, "--directory", system.path("/tmp")], check=True)
    yield system, "/tmp/" + archive.name[:-len(".tar.xz")]
    shutil.rmtree(system.root)


def test_archive(bare_system):
    """The archive installs on a system without the package, serves what it brings, and takes itself away again."""
    system, folder = bare_system
    before = {path for path in system.root.rglob("*") if not path.is_dir()}
    assert "Installed in /opt/microscope" in system.run(folder + "/install.sh", "--prefix", "/opt/microscope").stdout
    program = "/opt/microscope/bin/device-server"
    assert "no errors; 3 devices" in system.run(program, "--check", CONFIG, user="device-server").stdout
    assert system.run(program, "lights-off", CONFIG, user="device-server").stdout == "SimulatedLaser: light is off\n"
    unit = system.path("/etc/systemd/system/device-server.service").read_text()
    assert "ExecStart=%s " % program in unit and "/usr/bin/device-server" not in unit
    # What somebody has configured stays, also when the archive is installed again.
    system.path(CONFIG).write_text("devices: []\n")
    system.run(folder + "/install.sh", "--prefix", "/opt/microscope")
    assert system.path(CONFIG).read_text() == "devices: []\n"
    system.run(folder + "/install.sh", "--prefix", "/opt/microscope", "--uninstall")
    left = {path for path in system.root.rglob("*") if not path.is_dir()} - before
    names = {str(path.relative_to(system.root)) for path in left if not {"proc", "var"} & set(path.parts)}
    assert names <= {"etc/device-server/device-server.yaml", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-"}


def test_archive_names_missing_libraries(bare_system):
    """Where a library is missing, nothing is installed, and the library and its package are named."""
    system, folder = bare_system
    (library,) = [path for path in system.root.rglob("libusb-1.0.so.0") if "proc" not in path.parts]
    hidden = library.with_name("hidden")
    library.rename(hidden)
    try:
        done = system.run(folder + "/install.sh", "--prefix", "/opt/other", check=False)
    finally:
        hidden.rename(library)
    assert done.returncode == 1 and "lacks libusb-1.0.so.0" in done.stderr and "apt install" in done.stderr
    assert not system.path("/opt/other").exists()


def test_checksums_and_bill_of_materials():
    """The checksums are those of the files, and the bill of materials names what is linked."""
    folder = ROOT / ".build" / "dist"
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count(": OK") >= 2, done.stdout + done.stderr
    (file,) = folder.glob("*.spdx.json")
    bill = json.loads(file.read_text())
    names = {package["name"]: package["versionInfo"] for package in bill["packages"]}
    assert {"swift-log", "swift-argument-parser", "libyaml", "libssl3", "zlib1g", "libusb-1.0-0", "libc6"} <= set(names)
    assert all(names.values())
    ids = {package["SPDXID"] for package in bill["packages"]}
    assert {relation["relatedSpdxElement"] for relation in bill["relationships"]} == ids


@pytest.mark.parametrize("release, expected", [
    ("ID=debian\nVERSION_ID=12", "debian12"), ("ID=debian\nVERSION_ID=13", "debian13 debian12"),
    ("ID=ubuntu\nVERSION_ID=22.04", "ubuntu22.04"), ("ID=ubuntu\nVERSION_ID=24.04", "ubuntu24.04"),
    ("ID=ubuntu\nVERSION_ID=26.04", "ubuntu26.04 ubuntu24.04"),
    ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", "ubuntu24.04 ubuntu22.04"),
    ("ID=raspbian\nVERSION_ID=12\nID_LIKE=debian", "debian12"),
    ("ID=rocky\nID_LIKE=\"rhel centos fedora\"", "ubi9"),
])
def test_toolchain_for_a_system(release, expected, tmp_path):
    """The toolchain is that of the system, or the nearest."""
    (tmp_path / "os-release").write_text(release + "\n")
    command = 'mount --bind "$0" /etc/os-release && exec .ci/install toolchains'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command, tmp_path / "os-release"], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == expected, done.stderr


# The packages to build with that a release calls by another name than the others do.
CHOICES = {
    "bookworm": {"libstdc++-12-dev", "libcurl4", "libxml2", "libpython3.11"},
    "trixie": {"libstdc++-14-dev", "libcurl4t64", "libxml2"},
    "jammy": {"libcurl4", "libxml2", "libpython3.10"},
    "noble": {"libstdc++-13-dev", "libcurl4t64", "libxml2"},
    "resolute": {"libstdc++-15-dev", "libcurl4t64", "libxml2-16"},
}


def chosen_packages(bare_system, purpose):
    """The packages that .ci/install would install in a fresh system, by the system's own lists."""
    system, _ = bare_system
    tools = system.path("/srv/tools")
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "install", tools / "install")
    # apt-get notes what it is asked for, and a toolchain is there.
    for name, text in {"apt-get": 'echo "$@" >>/srv/tools/asked', "swift": "echo Swift version 6.3.1"}.items():
        (tools / name).write_text("#!/bin/sh\n%s\n" % text)
        (tools / name).chmod(0o755)
    system.run("env", "HOME=/root", "PATH=/srv/tools:/usr/sbin:/usr/bin:/sbin:/bin", "/srv/tools/install", purpose)
    update, install = (tools / "asked").read_text().splitlines()
    assert update.startswith("update") and "--no-install-recommends" in install
    return {word for word in install.split() if not word.startswith("-")} - {"install"}


def assert_offered(system, names):
    """apt would install packages of all these names, which is more than knowing the names."""
    system.run("apt-get", "install", "--simulate", "--no-install-recommends", *sorted(names))


def test_packages_to_build_with(bare_system):
    """Each release gets the names that it offers, and nothing that it lacks."""
    system, _ = bare_system
    chosen = chosen_packages(bare_system, "build")
    varying = set().union(*CHOICES.values()) | {"libstdc++-11-dev", "libxml2-16"}
    # In Ubuntu some names are in parts of the archive that the fresh system has no list of.
    debian = system.release in ("bookworm", "trixie")
    expected = CHOICES[system.release]
    assert (chosen & varying == expected) if debian else (expected <= chosen), chosen & varying
    assert {"git", "gcc", "make", "libyaml-dev", "libusb-1.0-0-dev", "libtiff-dev"} <= chosen
    assert_offered(system, chosen)


def test_packages_to_test_with(bare_system):
    """On Debian all are there, by names that differ between its releases."""
    system, _ = bare_system
    if system.release not in ("bookworm", "trixie"):
        # Most are in "universe", of which the fresh system has no list; what is chosen is at least written.
        assert "debootstrap" in chosen_packages(bare_system, "test")
        return
    chosen = chosen_packages(bare_system, "test")
    assert ("libglib2.0-0t64" if system.release == "trixie" else "libglib2.0-0") in chosen
    assert_offered(system, chosen | chosen_packages(bare_system, "rehearsal"))


def make_systems(folder, distribution, **failures):
    """Runs a copy of .ci/system with a debootstrap that fails for releases so many times: status, and what it printed."""
    (folder / ".ci").mkdir(parents=True)
    for name in ("system", "ubuntu-archive-key.asc"):
        shutil.copy(ROOT / ".ci" / name, folder / ".ci" / name)
    tools = folder / "tools"
    tools.mkdir()
    for release, count in failures.items():
        (folder / release).write_text("x" * count)
    # The release is the first word that is no option; the folder comes next.
    (tools / "debootstrap").write_text("""#!/bin/bash
while [[ $1 == --* ]]; do [[ $1 == --keyring=* ]] && [ ! -s "${1#--keyring=}" ] && exit 3; shift; done
left="%s/$1"
if [ -s "$left" ]; then truncate --size=-1 "$left"; echo "E: no route to $3"; exit 1; fi
mkdir -p "$2"; echo "$3 $4" >"$2/made"
""" % folder)
    (tools / "sleep").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    (folder / "os-release").write_text("ID=%s\n" % distribution)
    command = 'mount --bind "$0" /etc/os-release && exec .ci/system'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", command, folder / "os-release"], cwd=folder,
                          env={**os.environ, "PATH": "%s:%s" % (tools, os.environ["PATH"])}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr, {path.parent.name for path in folder.glob(".build/systems/*/made")}


DEBIAN, UBUNTU = {"bookworm", "trixie"}, {"jammy", "noble", "resolute"}


@pytest.mark.parametrize("failures, status, made, words", [
    ({}, 0, DEBIAN | UBUNTU, []),
    # A connection that is lost once is tried again.
    ({"trixie": 1, "jammy": 1}, 0, DEBIAN | UBUNTU, []),
    # A mirror of the other distribution that is away is named, and no reason to fail.
    ({"jammy": 2}, 0, DEBIAN, ["NOT TRIED: ubuntu jammy, since", "http://archive.ubuntu.com/ubuntu", "no route to"]),
    # Without one's own distribution nothing can be said.
    ({"bookworm": 2}, 1, set(), ["no route to"]),
], ids=["all", "lost-once", "mirror-away", "own-mirror-away"])
def test_systems_that_cannot_be_made(tmp_path, failures, status, made, words):
    """On Debian: which systems are made, which are left out, and that this is printed."""
    if "ID=debian" not in Path("/etc/os-release").read_text():
        pytest.skip("the mirrors of Debian's own lists are asked for")
    code, output, folders = make_systems(tmp_path / "tree", "debian", **failures)
    assert (code, folders) == (status, made), output
    assert all(word in output for word in words), output
    assert ("NOT TRIED" in output) == (made == DEBIAN)


def test_container_recipe():
    """A linter finds nothing wrong with the recipe."""
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "Configs" / "container" / "Dockerfile"],
        capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
