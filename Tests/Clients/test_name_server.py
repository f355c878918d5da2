"""Devices that a real Pyro name server is told of."""
import os
import signal
import socket

import Pyro4
import pytest

from processes import is_running
from servers import NameServer, free_port
from waiting import eventually

WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 6}}


@pytest.fixture
def start_names():
    """Starts name servers, and ends them."""
    running = []

    def start(*arguments, **environment):
        server = NameServer(*arguments, **environment)
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


def wheel(name="Wheel", port=0, **keys):
    return {"name": name, "port": port, **WHEEL, **keys}


def test_registered_and_removed(start_names, serve):
    """Devices can be found by name while they are served, those of a group as well, and not afterwards."""
    names = start_names()
    server = serve(
        [wheel(), {"name": "Stand", "port": 0, "devices": [{"name": "Red", **WHEEL}, {"name": "Blue", **WHEEL}]}],
        pyro={"name_server": names.place})
    uris = {name: server.uri(name) for name in ("Wheel", "Red", "Blue")}
    eventually(lambda: uris.items() <= names.all().items(), "all are registered")
    assert uris["Red"].partition("@")[2] == uris["Blue"].partition("@")[2]
    with Pyro4.Proxy(names.all()["Wheel"]) as proxy:
        proxy.position = 3
        assert proxy.get_position() == 3
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert set(names.all()) == {"Pyro.NameServer"}


def test_restarted_device(start_names, serve):
    """A device that has restarted is registered again, though its name was taken away meanwhile."""
    names = start_names()
    server = serve([wheel()], pyro={"name_server": names.place})
    first = server.uri("Wheel")
    eventually(lambda: names.all().get("Wheel") == first, "it is registered")
    names.forget("Wheel")
    mark = len(server.lines)
    worker, = server.workers
    os.kill(worker, signal.SIGKILL)
    second = server.uri("Wheel", since=mark)
    eventually(lambda: names.all().get("Wheel") == second, "it is registered again")
    assert not is_running(worker)


def test_name_server_away(start_names, serve, connect):
    """A name server that comes late, or restarts, is told; meanwhile devices are served, and one line tells of it."""
    port = free_port()
    server = serve([wheel()], pyro={"name_server": "127.0.0.1:%d" % port})
    uri = server.uri("Wheel")
    message = "Wheel not registered with the name server 127.0.0.1:%d: " % port
    server.wait_for("WARNING .*" + message + ".*Connection refused")
    assert connect(uri).get_position() == 0
    for _ in range(2):
        names = start_names("-p", str(port))
        eventually(lambda: names.all().get("Wheel") == uri, "it is registered")
        names.kill()
        server.wait_for(message, since=len(server.lines))
    assert server.text().count("not registered") == 3


def test_name_of_another(start_names, serve):
    """A name that has come to mean another object is left alone."""
    names = start_names()
    server = serve([wheel()], pyro={"name_server": names.place})
    uri = server.uri("Wheel")
    eventually(lambda: names.all().get("Wheel") == uri, "it is registered")
    names.register("Wheel", "PYRO:Wheel@elsewhere:1")
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert names.all()["Wheel"] == "PYRO:Wheel@elsewhere:1"


def test_every_address(start_names, serve):
    """Of a server at all addresses, the name server is told one that can be reached."""
    names = start_names()
    server = serve([wheel()], host="0.0.0.0", pyro={"name_server": names.place})
    port = server.uri("Wheel").rpartition(":")[2]
    eventually(lambda: names.all().get("Wheel") == "PYRO:Wheel@%s:%s" % (socket.gethostname(), port), "it is there")


def test_key(start_names, serve):
    """A name server with a key is told with that key."""
    names = start_names(PYRO_HMAC_KEY="s3cret")
    server = serve([wheel()], pyro={"name_server": names.place, "hmac_key": "s3cret"})
    uri = server.uri("Wheel")
    eventually(lambda: names.all(b"s3cret").get("Wheel") == uri, "it is registered")
