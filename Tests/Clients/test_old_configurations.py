"""Configurations of the first release, as it shipped them, with the program of today; files carry no version."""
import re

import pytest

from servers import ROOT, DeviceServer, run
from waiting import PATIENCE

OLD = sorted((ROOT / "Tests" / "Clients" / "Recordings" / "configurations-0.1.0").glob("*.yaml"))
DEVICE = "devices:\n  - { name: Lamp, driver: simulated-light-source, port: 0 }\n"


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_the_first_release_is_understood(file):
    """No key has gone, and none has another meaning that makes it wrong."""
    status, output, errors = run("--check", file)
    assert status == 0 and "no errors" in output, errors
    assert "deprecated" not in (output + errors).lower()


@pytest.mark.parametrize("file", OLD, ids=lambda file: file.stem)
def test_the_first_release_is_served(file, tmp_path, connect):
    """Each device is served with its name and its settings; hardware is simulated."""
    text = re.sub(r"\bport: \d+(?=[,\s}])", "port: 0", file.read_text())
    text = text.replace("host: 0.0.0.0", "host: 127.0.0.1").replace("/run/device-server", str(tmp_path))
    text = text.replace("/var/log/device-server", str(tmp_path / "log"))
    copy = tmp_path / "scope.yaml"
    copy.write_text(text)
    names = set(re.findall(r"name: (\w+)", text)) - {"Stand"}  # which is a group
    assert names
    server = DeviceServer(copy, "--simulated")
    try:
        for name in names:
            connection = connect(server.uri(name, 3 * PATIENCE))
            if "hmac_key" in text:
                connection._pyroHmacKey = b"change me"
            assert connection.get_setting("simulated") is True
        assert "ERROR" not in server.text()
    finally:
        server.kill()


@pytest.mark.parametrize("key", ["version: 2", "version: '1.0'", "apiVersion: v1", "config_version: 3"])
def test_a_version_is_refused_with_what_to_do(key, tmp_path):
    """A file of a later program says so to this one, instead of being half understood."""
    file = tmp_path / "scope.yaml"
    file.write_text(key + "\n" + DEVICE)
    word, value = key.split(": ")
    program = re.search(r"[\d.]+", run("--version")[1])[0]
    status, output, errors = run("--check", file)
    assert (status, output) == (1, "")
    error, = errors.splitlines()
    assert error.startswith("%s:1:" % file) and "configurations have no version yet" in error
    assert "'%s'" % word in error and value in error and "remove the key" in error and program in error


def test_the_program_writes_no_version(tmp_path):
    """Neither `init` nor the examples carry one."""
    file = tmp_path / "scope.yaml"
    assert run("init", "--simulated", file)[0] == 0
    for text in [file.read_text()] + [path.read_text() for path in (ROOT / "Configs").rglob("*.yaml")]:
        assert not re.search(r"(?mi)^#? *\w*version:", text)
