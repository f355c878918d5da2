"""What clients may do, by their address: where images go, and which methods may be called from where."""
import signal
import socket

import Pyro4
import pytest
from microscope.clients import DataClient

from servers import run, write_config
from test_control import CAMERA, at

NOBODY = "PYRO:client@192.0.2.7:9000"


def test_images_go_to_the_own_computer_only(serve, connect):
    """Another address is refused, which is logged once; any of this computer's own will do, names included."""
    server = serve([at("Camera", CAMERA)])
    camera = connect(server.uri("Camera"))
    for _ in range(3):
        with pytest.raises(Pyro4.errors.SecurityError, match="call_back_to"):
            camera.set_client(NOBODY)
    server.wait_for(r"WARNING .*refused a client at 192\.0\.2\.7:9000 for client 127\.0\.0\.1:\d+")
    for host in ("127.0.0.1", "localhost", "127.0.1.1", socket.gethostname()):
        camera.set_client("PYRO:client@%s:9" % host)
        camera.set_client(None)
    # Each line of the log is there once the server has ended.
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert len([line for line in server.lines if "192.0.2.7" in line and "refused" in line]) == 1


def test_images_go_anywhere_if_allowed(serve, connect):
    server = serve([at("Camera", CAMERA)], pyro={"call_back_to": "any"})
    camera = connect(server.uri("Camera"))
    camera.set_client(NOBODY)
    camera.set_client(None)


def test_python_client_gets_images_as_ever(serve):
    camera = DataClient(serve([at("Camera", CAMERA)]).uri("Camera"))
    camera.enable()
    assert camera.trigger_and_wait()[0].shape == (48, 64)
    camera._proxy._pyroRelease()


def test_methods_from_some_addresses_only(serve, connect):
    """The others get an error, and call everything else."""
    server = serve([at("Camera", CAMERA)], pyro={"methods_from": {"shutdown": ["192.0.2.0/24"], "trigger": ["127.0.0.1"]}})
    camera = connect(server.uri("Camera"))
    with pytest.raises(Pyro4.errors.SecurityError, match="'shutdown' is refused: clients at 127.0.0.1 may not call this method"):
        camera.shutdown()
    camera.enable()
    camera.trigger()
    server.wait_for("WARNING .*refused shutdown of Camera for client 127.0.0.1")


def test_errors_in_the_rules(tmp_path):
    for pyro, words in (({"call_back_to": "all"}, "pyro.call_back_to: expected one of own, any, got 'all'"),
                        ({"methods_from": {"shutdown": ["here"]}}, "pyro.methods_from.shutdown[0]: expected an address or network"),
                        ({"methods_from": ["shutdown"]}, "expected a mapping")):
        code, _, err = run("--check", write_config(tmp_path, [at("Camera", CAMERA)], pyro=pyro))
        assert code == 1 and words in err, err


def test_failed_logins_and_refused_calls_are_logged_once(serve, connect):
    """With the client's address, however often it tries."""
    server = serve([at("Camera", CAMERA)], pyro={"hmac_key": "right", "read_only_from": ["127.0.0.0/8"]})
    uri = server.uri("Camera")
    for _ in range(5):
        camera = connect(uri)
        camera._pyroHmacKey = b"wrong"
        with pytest.raises(Pyro4.errors.CommunicationError):
            camera._pyroBind()
    camera = connect(uri)
    camera._pyroHmacKey = b"right"
    for _ in range(5):
        with pytest.raises(Pyro4.errors.SecurityError, match="may only read"):
            camera.shutdown()
    refusals = [line for line in server.lines if "refused" in line and "127.0.0.1" in line]
    assert len(refusals) == 2, refusals
