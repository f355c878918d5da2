"""The programs under test: how they are started, what they say, how they end."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import Pyro4

from processes import children, command, is_running
from waiting import PATIENCE, eventually

ROOT = Path(__file__).resolve().parents[2]
LEASHED = ROOT / "Tests" / "ClientTests" / "leashed.py"
BIN = Path(os.environ.get("SERVER_BIN", ROOT / ".build" / "debug"))


class Program:
    """A running program, whose lines on standard error are kept."""

    def __init__(self, name, *arguments, **options):
        self.lines = []
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [str(BIN / name), *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def text(self, since=0):
        """All lines so far, or those from a number on."""
        with self._changed:
            return "\n".join(self.lines[since:])

    def find(self, pattern, since=0):
        """The match of a pattern in the lines so far, or None."""
        return re.search(pattern, self.text(since))

    def wait_for(self, pattern, within=PATIENCE, since=0):
        """The match of a pattern, once it is there."""
        with self._changed:
            found = self._changed.wait_for(lambda: re.search(pattern, "\n".join(self.lines[since:])), within)
        assert found, "not within %s s: a line with %r in:\n%s" % (within, pattern, self.text(since))
        return found

    def wait(self, within=PATIENCE):
        """The exit status, once the program has ended."""
        status = self.process.wait(within)
        self._reader.join(within)
        return status

    def kill(self):
        """Ends the program and what it started, whatever they are doing."""
        family = children(self.process.pid) | {self.process.pid}
        for pid in family:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        eventually(lambda: not any(map(is_running, family)), "all processes of the server have ended")
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


class DeviceServer(Program):
    """A device-server with its workers."""

    def __init__(self, config, *arguments, **options):
        super().__init__("device-server", config, *arguments, **options)

    def uri(self, name, within=PATIENCE, since=0):
        """Where a device is served, once it is."""
        return self.wait_for(r"serving (PYRO:%s@\S+)" % re.escape(name), within, since)[1]

    @property
    def workers(self):
        """The processes that serve devices."""
        return {pid for pid in children(self.process.pid) if command(pid)[:1] != ["lights-watchdog"]}

    @property
    def watchdog(self):
        """The process that switches light off when all others are killed."""
        pid, = children(self.process.pid) - self.workers
        return pid


class Microscope(DeviceServer):
    """A program that says itself which devices there are, with its workers."""

    def __init__(self, program, *arguments, **environment):
        Program.__init__(self, program, *arguments, env={**os.environ, **environment})


class TestServer(Program):
    """The server with pyro4_probe's reference object, and with a factory for devices."""

    __test__ = False  # it is no class of tests

    def __init__(self):
        super().__init__("test-server")
        self.reference = self.process.stdout.readline().strip()
        self.factory = self.reference.replace("PYRO:Reference@", "PYRO:Factory@")


class Leashed(Program):
    """A module of Python's that runs as a program of its own, whose processes are one group."""

    def __init__(self, *arguments, **environment):
        super().__init__(sys.executable, "-u", LEASHED, *arguments, env={**os.environ, **environment})

    def kill(self):
        """Ends the group, once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            super().kill()


class NameServer(Leashed):
    """The real pyro4-ns."""

    def __init__(self, *arguments, **environment):
        if "-p" not in arguments:
            arguments += ("-p", str(free_port()))
        super().__init__("Pyro4.naming", "-n", "127.0.0.1", "-x", *arguments, **environment)
        # What it says goes to its standard output.
        said = next(line for line in self.process.stdout if "NS running on" in line)
        self.place = said.split()[3]

    def _proxy(self, key=None):
        proxy = Pyro4.Proxy("PYRO:Pyro.NameServer@" + self.place)
        proxy._pyroSerializer = "serpent"
        proxy._pyroHmacKey = key
        return proxy

    def all(self, key=None):
        """The URIs by name."""
        with self._proxy(key) as proxy:
            return proxy.list()

    def register(self, name, uri):
        """Gives a name to an object."""
        with self._proxy() as proxy:
            proxy.register(name, uri)

    def forget(self, name):
        """Takes a name away."""
        with self._proxy() as proxy:
            assert proxy.remove(name) == 1


def run(*arguments, program="device-server", **environment):
    """Runs device-server, or another program, to its end: exit status, standard output, standard error."""
    done = subprocess.run(
        [str(BIN / program), *map(str, arguments)], env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def write_config(folder, devices, **options):
    """A configuration file of devices, which YAML lets be written as JSON."""
    file = folder / "config.yaml"
    file.write_text(json.dumps({"devices": devices, **options}, indent=1))
    return file


given_out = set()


def free_port():
    """A port that nobody listens at, and that this process has not got before: the kernel may repeat itself."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        if port not in given_out:
            given_out.add(port)
            return port
