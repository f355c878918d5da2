"""Simulated instruments on pseudo-terminals, for programs by others: `instrument("obis").port` is the path of one."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SERVER_BIN", ROOT / ".build" / "release"))


class Instrument:
    """A simulated instrument behind a pseudo-terminal, in a process of its own."""

    def __init__(self, driver, port):
        self.port = str(port)
        self._process = subprocess.Popen([str(BIN / "test-server"), "instrument", driver, self.port],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n", f"no simulation of {driver}"

    def _ask(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    @property
    def is_on(self):
        """Whether light comes out."""
        return self._ask("is-on") == "true"

    @property
    def transcript(self):
        """All bytes that the instrument has received."""
        return bytes.fromhex(self._ask("transcript"))

    def unplug(self):
        self._ask("unplug")

    def plug_in(self):
        self._ask("plug-in")

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


@pytest.fixture
def instrument(tmp_path):
    """Makes instruments by the names of their drivers."""
    made = []

    def make(driver):
        made.append(Instrument(driver, tmp_path / f"port{len(made)}"))
        return made[-1]

    yield make
    for one in made:
        one.close()
