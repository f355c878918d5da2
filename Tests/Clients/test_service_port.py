"""The port of a definition: open while its process is replaced, and with a reason while there is none."""
import os
import signal
import socket
import threading
import time

import Pyro4
import pytest

from servers import DeviceServer, free_port, write_config
from test_supervision import WHEEL, at, worker
from waiting import PATIENCE, eventually


def refusal(uri):
    """Why a client is refused; None if it is served."""
    proxy = Pyro4.Proxy(uri)
    try:
        proxy._pyroBind()
    except Pyro4.errors.CommunicationError as error:
        return str(error)
    finally:
        proxy._pyroRelease()


def test_new_clients_wait_while_a_process_is_replaced(serve):
    """None of them is refused or reset; a call that was running fails once."""
    server = serve([at("Wheel", WHEEL)])
    uri = server.uri("Wheel")
    done, errors, calls = threading.Event(), [], []

    def call():
        while not done.is_set():
            with Pyro4.Proxy(uri) as wheel:
                try:
                    wheel._pyroBind()
                except Pyro4.errors.CommunicationError as error:
                    # The process may die between accepting a client and greeting it.
                    errors.append(error)
                    continue
                calls.append(time.monotonic())

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    kills = 3
    for _ in range(kills):
        count = len(calls) + 10
        eventually(lambda: len(calls) > count, "clients are served")
        since = len(server.lines)
        os.kill(worker(server, uri), signal.SIGKILL)
        server.uri("Wheel", since=since)
    done.set()
    for caller in callers:
        caller.join(PATIENCE)
    assert not [error for error in errors if "refused" in str(error).lower()], errors
    assert len(errors) <= kills * len(callers), errors


def test_device_that_is_missing(tmp_path):
    """Clients are refused with the reason that status shows, all in the same way."""
    port = free_port()
    missing = {"name": "Blue", "driver": "simulated-floating-camera", "uid": "SIM-9", "port": port,
               "conf": {"attached": ["SIM-%d" % os.getpid()]}}
    server = DeviceServer(write_config(tmp_path, [missing]))
    try:
        server.wait_for("SIM-9 was not found")
        uri = "PYRO:Blue@127.0.0.1:%d" % port
        reasons = {refusal(uri) for _ in range(10)}
        assert len(reasons) == 1
        assert "rejected: Blue is not served: simulated-floating-camera SIM-9 was not found" in reasons.pop()
    finally:
        server.kill()


def test_port_that_the_kernel_chooses_stays(serve, connect):
    """Clients find the device again at the same port."""
    server = serve([at("Wheel", WHEEL, port=0)])
    uri = server.uri("Wheel")
    since = len(server.lines)
    os.kill(worker(server, uri), signal.SIGKILL)
    assert server.uri("Wheel", since=since) == uri
    assert connect(uri).get_position() == 0


def test_port_is_free_after_the_end(serve):
    """Another program can listen at once."""
    server = serve([at("Wheel", WHEEL)])
    uri = Pyro4.URI(server.uri("Wheel"))
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((uri.host, uri.port))
