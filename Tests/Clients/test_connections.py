"""Connections of real Pyro4 clients: how their ends are noticed, who may connect, and what a shortage of descriptors does."""
import os
import resource
import signal
import subprocess
import sys
import threading
import time

import Pyro4
import pytest

from computers import OBSTACLE, Computer
from servers import BIN, Program
from waiting import eventually

# Calls `watch` with a name, and then waits in a call of its own until it is killed.
BUSY = """
import sys, Pyro4
proxy = Pyro4.Proxy(sys.argv[1])
print(proxy.watch(sys.argv[2]), flush=True)
proxy.sleep(60)
"""
# The same, but idle.
IDLE = BUSY.replace("proxy.sleep(60)", "sys.stdin.read()")
CALL = "import sys, Pyro4; print(getattr(Pyro4.Proxy(sys.argv[1]), sys.argv[2])(*sys.argv[3:]))"


class ReferenceServer(Program):
    """A server with the reference object only, with options of its own, perhaps on another computer."""

    __test__ = False

    def __init__(self, *arguments, on=()):
        super().__init__(*on, BIN / "test-server", *arguments)
        self.reference = self.process.stdout.readline().strip()


@pytest.fixture
def server():
    """A server of its own for a test."""
    server = ReferenceServer()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Two computers with a cable between them."""
    if OBSTACLE:
        pytest.skip(OBSTACLE)
    folder = tmp_path_factory.mktemp("network")
    both = Computer(folder, "scope", "10.78.0.1"), Computer(folder, "other", "10.78.0.2")
    both[0].connect(both[1])
    yield both
    for computer in both:
        computer.switch_off()


def start(script, uri, name, on=()):
    """Starts a client, and waits until it has called `watch`."""
    client = subprocess.Popen([*on, sys.executable, "-c", script, uri, name], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    assert int(client.stdout.readline()) > 0
    return client


def end(client):
    """Ends a client without a word."""
    client.send_signal(signal.SIGKILL)
    client.wait()
    client.stdin.close()
    client.stdout.close()


def call(computer, uri, *arguments):
    """What a call on another computer printed, or the last line of its error."""
    done = subprocess.run([*computer.entry, sys.executable, "-c", CALL, uri, *arguments], capture_output=True, text=True,
                          timeout=60)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("script", [IDLE, BUSY], ids=["idle", "in a call"])
def test_a_killed_client_is_noticed_at_once(server, script):
    """Also when it is killed while a call of it runs, which goes on."""
    client = start(script, server.reference, "victim")
    with Pyro4.Proxy(server.reference) as proxy:
        assert proxy.ends() == []
        end(client)
        begin = time.monotonic()
        (cause,) = eventually(proxy.ends, "the end is noticed")
    assert cause.startswith("victim: the ")
    assert time.monotonic() - begin < 10


def test_a_released_proxy_is_noticed(server):
    """A program that goes on may let go of a device."""
    with Pyro4.Proxy(server.reference) as observer:
        proxy = Pyro4.Proxy(server.reference)
        first = proxy.watch("released")
        proxy._pyroRelease()
        assert eventually(observer.ends, "the end is noticed") == ["released: the client closed the connection"]
        # The same proxy connects again, which is another connection.
        assert proxy.watch("again") > first
        proxy._pyroRelease()
        eventually(lambda: len(observer.ends()) == 2, "the second end is noticed")


def test_a_pulled_cable_is_noticed_within_ten_seconds(network):
    """The client's machine says nothing more: neither that it has gone nor anything else."""
    scope, other = network
    server = ReferenceServer("host=10.78.0.1", on=scope.entry)
    try:
        client = start(IDLE, server.reference, "far", on=other.entry)
        other.run("ip", "link", "set", "eth0", "down")
        begin = time.monotonic()
        ends = eventually(lambda: call(scope, server.reference, "ends").strip("[]"), "the end is noticed")
        assert time.monotonic() - begin < 12
        assert ends.startswith("'far: the connection was lost: ")
        end(client)
    finally:
        other.run("ip", "link", "set", "eth0", "up")
        server.kill()


def test_only_allowed_networks_connect(network):
    """Others are told why, and the log has one line for all their attempts."""
    scope, other = network
    server = ReferenceServer("host=10.78.0.1", "allow=10.79.0.0/16", on=scope.entry)
    try:
        for _ in range(3):
            assert "clients at 10.78.0.2 are not allowed to connect" in call(other, server.reference, "ends")
        assert call(scope, server.reference, "ends") == "[]"
        assert server.text().count("10.78.0.2") == 2  # the address and the reason, in one line
        assert len(server.lines) == 1
    finally:
        server.kill()


def test_read_only_networks_read(network):
    """Clients that may only read see values, and are refused whatever changes something."""
    scope, other = network
    server = ReferenceServer("host=10.78.0.1", "read_only=10.78.0.0/24", on=scope.entry)
    try:
        assert call(other, server.reference, "echo", "x") == "x"
        assert "'child' is refused: clients at 10.78.0.2 may only read" in call(other, server.reference, "child", "a")
        # Nobody waits for an answer to this one.
        assert call(other, server.reference, "note", "x") == "None"
        assert call(scope, server.reference, "notes") == "[]"
        assert call(scope, server.reference, "child", "a").startswith("<Pyro4")
    finally:
        server.kill()


def test_without_descriptors_clients_are_refused_and_others_served(server):
    """They get an answer instead of waiting, the log says it once, and later clients are served again."""
    def descriptors():
        return len(os.listdir("/proc/%d/fd" % server.process.pid))

    pid, limits = server.process.pid, resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    with Pyro4.Proxy(server.reference) as proxy:
        assert proxy.echo(1) == 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors() + 3, limits[1]))
        others = [Pyro4.Proxy(server.reference) for _ in range(8)]
        errors = []
        for other in others:
            try:
                other.echo(2)
            except Pyro4.errors.CommunicationError as error:
                errors.append(str(error))
        assert len(errors) >= 5
        assert all("the server has no free file descriptors" in error for error in errors), errors
        assert proxy.echo(3) == 3
        assert len(server.lines) == 1 and "Too many open files" in server.lines[0], server.text()
        for other in others:
            other._pyroRelease()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        with Pyro4.Proxy(server.reference) as later:
            assert later.echo(4) == 4


def test_many_clients_that_come_and_go_leave_nothing(server):
    """Neither descriptors nor threads, also when they are watched."""
    def size():
        return len(os.listdir("/proc/%d/fd" % server.process.pid)), len(os.listdir("/proc/%d/task" % server.process.pid))

    def visit():
        for _ in range(10):
            with Pyro4.Proxy(server.reference) as proxy:
                proxy.watch("visitor")

    visit()
    with Pyro4.Proxy(server.reference) as proxy:
        eventually(lambda: len(proxy.ends()) == 10, "the first visitors have left")
    before = eventually(lambda: size()[0] <= 12 and size(), "the first connections are gone")
    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: size()[0] <= before[0] and size()[1] <= before[1], "nothing is left: %s" % (before,))


def test_access_of_a_configuration(serve, connect):
    """A configuration decides by the address of a client whether it may change anything, or connect at all."""
    devices = [{"driver": "simulated-camera", "name": "Camera", "port": 0}]
    reader = connect(serve(devices, pyro={"read_only_from": ["127.0.0.0/8"]}).uri("Camera"))
    exposure = reader.get_exposure_time()
    for change in (lambda: reader.set_exposure_time(0.5), reader.enable, lambda: reader.set_setting("gain", 1)):
        with pytest.raises(Exception, match="only read|read-only|not allowed"):
            change()
    assert reader.get_exposure_time() == exposure and reader.get_is_enabled() is False
