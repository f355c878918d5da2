"""The command line, and what is told of a configuration before anything starts."""
import re

import pytest

from servers import ROOT, DeviceServer, run
from waiting import eventually

WRONG = """\
host: 127.0.0.1
colour: red
devices:
  - name: A
    driver: simulated-camra
    port: 8001
  - name: A
    driver: simulated-camera
    port: 8001
    conf: {sensor_shape: [0, 5], colour: 1}
  - driver: simulated-light-source
    port: eight
  - name: B
    driver: simulated-filter-wheel
    port: 70000
"""
# Line, column and the words of each error.
ERRORS = [
    (2, 1, "unknown key 'colour'"),
    (5, 13, "did you mean 'simulated-camera'?"),
    (7, 11, "'A' is already used in line 4"),
    (9, 11, "port 8001 of 127.0.0.1 is already used in line 6"),
    (10, 27, "must be a positive number"),
    (10, 34, "unknown key 'colour'"),
    (11, 5, "missing key 'name'"),
    (12, 11, "expected an integer from 0 to 65535, got 'eight'"),
    (13, 5, "missing key 'positions'"),
    (15, 11, "expected an integer from 0 to 65535, got 70000"),
]


@pytest.mark.parametrize("options", [["--check"], []], ids=["check", "start"])
def test_every_error_at_once(tmp_path, options):
    """All errors of a configuration are told, each with its place, and then nothing is started."""
    file = tmp_path / "scope.yaml"
    file.write_text(WRONG)
    status, output, errors = run(*options, file)
    assert status == 1 and output == ""
    lines = errors.splitlines()
    assert len(lines) == len(ERRORS), errors
    for line, (row, column, words) in zip(lines, ERRORS):
        assert line.startswith("%s:%d:%d: " % (file, row, column)) and words in line


@pytest.mark.parametrize("text, words", [
    (b"", "scope.yaml: the file is empty"),
    (b"devices: []", "expected a list of devices"),
    (b"devices: [{name: A", "begins in line 1"),
    (b"devices:\n\t- name: A", "scope.yaml:2:1"),
    (b"a: 1\na: 2", "scope.yaml:2:1: duplicate key 'a'"),
    (b"\xff\xfe", "UTF-8"),
    (b"devices: [{name: A, driver: simulated-light-source, port: 0}]\nhost: yes sir", "scope.yaml:2:7"),
])
def test_files_that_are_no_configuration(tmp_path, text, words):
    """What cannot be read as a configuration at all is told with its place as well."""
    file = tmp_path / "scope.yaml"
    file.write_bytes(text)
    status, output, errors = run("--check", file)
    assert status == 1 and output == "" and words in errors


def test_files_that_cannot_be_read(tmp_path):
    """A file that is not there, or none."""
    for path, words in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "directory")):
        status, _, errors = run(path)
        assert status == 1 and str(path) in errors and words in errors


@pytest.mark.parametrize("config", sorted((ROOT / "Configs").glob("*.yaml")), ids=lambda path: path.name)
def test_examples(config):
    """The examples have no errors, and no warnings but those of rules that this version does not enforce."""
    status, output, errors = run("--check", config)
    others = [line for line in errors.splitlines() if not line.endswith("has no effect in this version: do not rely on it")]
    assert (status, others) == (0, [])
    assert re.search(r"no errors; \d+ devices in \d+ process", output)


@pytest.mark.parametrize("config", sorted((ROOT / "Configs").glob("*.yaml")), ids=lambda path: path.name)
def test_examples_are_served_simulated(config, tmp_path):
    """Every device of an example is served where there is none of the hardware, and says that it is simulated."""
    text = re.sub(r"\bport: \d+(?=[ ,}\n])", "port: 0", config.read_text())
    file = tmp_path / config.name
    file.write_text(text.replace("directory: logs", "directory: %s" % tmp_path))
    count = int(re.search(r"no errors; (\d+) devices", run("--check", file)[1])[1])
    server = DeviceServer(file, "--simulated")
    try:
        eventually(lambda: len(set(re.findall(r"serving PYRO:(\w+)@\S+ \(simulated\)", server.text()))) == count, "all are served")
    finally:
        server.kill()


def test_help():
    """--help says what the program is, what it takes, and how it ends."""
    status, output, errors = run("--help")
    assert (status, errors) == (0, "")
    for words in ("Pyro4", "CONFIG", "--check", "--simulated", "--list-drivers", "--log-level", "--log-directory", "SIGTERM"):
        assert words in output
    assert max(map(len, output.splitlines())) <= 150


def test_list_of_drivers():
    """--list-drivers has a line for each, with its word and what it is."""
    status, output, errors = run("--list-drivers")
    assert (status, errors) == (0, "")
    drivers = dict(re.split(r"  +", line, maxsplit=1) for line in output.splitlines())
    assert drivers.keys() >= {
        "simulated-camera", "simulated-light-source", "simulated-filter-wheel", "simulated-stage",
        "simulated-deformable-mirror", "simulated-digital-io", "simulated-value-logger", "simulated-controller",
        "test-camera", "prebuilt-camera", "dummy-dsp", "dummy-slm"}
    assert all(drivers.values())


@pytest.mark.parametrize("arguments, words", [
    ([], "There is no configuration to serve"),
    (["--nosuch", "x.yaml"], "--nosuch"),
    (["--log-level", "loud", "x.yaml"], "trace, debug, info, notice, warning, error, critical"),
    (["a.yaml", "b.yaml"], "b.yaml"),
    (["--record", "/proc/nope", str(ROOT / "Configs" / "simulated.yaml")],
     "--record /proc/nope: cannot write there: No such file or directory"),
])
def test_wrong_options(arguments, words):
    """Options that there are not, or that do not fit, are told with the way to help."""
    status, output, errors = run(*arguments)
    assert status == 64 and output == "" and words in errors and "--help" in errors
