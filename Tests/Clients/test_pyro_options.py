"""Options of `pyro` that concern who reaches a device and how; more of them are in test_options.py and test_ssl.py."""
import re
import socket
import threading

import Pyro4
import pytest

from servers import NameServer, free_port, run, write_config
from test_composites import STAGE, camera, images_follow
from test_options import CAMERA, WHEEL
from waiting import PATIENCE, eventually


def errors_of(tmp_path, **pyro):
    """The lines that --check prints for options."""
    file = write_config(tmp_path, [WHEEL], pyro=pyro)
    status, _, errors = run("--check", file)
    assert (status == 0) == (errors == ""), errors
    return errors.replace(str(file), "config").splitlines()


# MARK: Keys in files


@pytest.fixture
def key_file(tmp_path):
    """A file with the key `s3cret` that nobody else can read."""
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    return file


def test_key_in_a_file(serve, connect, key_file):
    """The key may stand in a file of its own, where other users of the machine do not see it."""
    server = serve([WHEEL], pyro={"hmac_key_file": str(key_file)})
    wheel = connect(server.uri("Wheel"))
    wheel._pyroHmacKey = b"s3cret"
    assert wheel.get_position() == 0
    stranger = connect(wheel._pyroUri)
    stranger._pyroHmacKey = b"s3cret\n"
    with pytest.raises(Pyro4.errors.CommunicationError):
        stranger.get_position()


def test_key_of_a_device(serve, connect, key_file):
    """A definition's own key comes before that of the file, wherever either stands."""
    server = serve([{**WHEEL, "pyro": {"hmac_key": "mine"}}, CAMERA], pyro={"hmac_key_file": str(key_file)})
    for name, key in (("Wheel", b"mine"), ("Camera", b"s3cret")):
        proxy = connect(server.uri(name))
        proxy._pyroHmacKey = key
        assert proxy.get_is_enabled() in (True, False)


def test_key_files_that_cannot_be_used(tmp_path, key_file):
    """Which file cannot be used, and why, is told as an error in the configuration."""
    assert errors_of(tmp_path, hmac_key_file=str(key_file)) == []
    error, = errors_of(tmp_path, hmac_key_file=str(key_file), hmac_key="another")
    assert re.fullmatch(r"config:\d+:\d+: pyro.hmac_key_file: 'hmac_key' is given already", error)
    key_file.chmod(0o644)
    error, = errors_of(tmp_path, hmac_key_file=str(key_file))
    assert "pyro.hmac_key_file: '%s' can be read by every user of this machine" % key_file in error
    key_file.chmod(0o600)
    key_file.write_text("\n")
    assert "does not begin with a line of text" in errors_of(tmp_path, hmac_key_file=str(key_file))[0]
    assert "cannot be read: No such file" in errors_of(tmp_path, hmac_key_file="/nowhere")[0]


# MARK: Behind a router


class Router:
    """Hands what comes to a port of its own on to another one, as a router with a forwarded port does."""

    def __init__(self, target):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.count = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.count += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pass(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def test_behind_a_router(serve, connect):
    """What a client is given to reach, and what a name server is told, is the place that others see."""
    port = free_port()
    names = NameServer()
    try:
        with Router(port) as router:
            server = serve([{**STAGE, "name": "Stage", "port": port}],
                           pyro={"nat_host": "localhost", "nat_port": router.port, "name_server": names.place})
            server.uri("Stage")
            outside = "PYRO:Stage@localhost:%d" % router.port
            eventually(lambda: names.all().get("Stage") == outside, "it is registered")
            stage = connect(outside)
            assert stage.position == {"x": 100.0, "y": 50.0, "z": 0.0}
            before = router.count
            axis = stage.axes["x"]
            assert (axis._pyroUri.host, axis._pyroUri.port) == ("localhost", router.port)
            axis._pyroTimeout = PATIENCE
            axis.move_to(12.5)
            assert axis.position == 12.5 and router.count > before
            axis._pyroRelease()
    finally:
        names.kill()


def test_parts_behind_a_router(serve, connect):
    """Devices of one machine go on reaching each other there, and the port is their own unless another is given."""
    wheel = {**WHEEL, "conf": {"positions": 2, "travel_time": 0}}
    server = serve([{"name": "Camera", "port": 0, **camera("Stage", "Wheel")}, {"name": "Stage", "port": 0, **STAGE}, wheel],
                   pyro={"nat_host": "scope.invalid"})
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    axis = connect(uris["Stage"]).axes["x"]
    assert axis._pyroUri.location == "scope.invalid:" + uris["Stage"].rpartition(":")[2]
    images_follow(uris, connect)


def test_wrong_places(tmp_path):
    """A port alone says nothing, and wrong values are told."""
    error, = errors_of(tmp_path, nat_port=8001)
    assert re.fullmatch(r"config:\d+:\d+: pyro.nat_port: 'nat_port' needs a 'nat_host'", error)
    assert "an integer from 0 to 65535" in errors_of(tmp_path, nat_host="scope", nat_port=70000)[0]
    assert len(errors_of(tmp_path, nat_host="a b", nat_port=1)) == 1


# MARK: Pyro4's names


def test_names_of_pyro4(tmp_path):
    """Every item of Pyro4's configuration has its advice, also as a variable would be written, and in lower case."""
    items = sorted(Pyro4.config.asDict())
    for write in (str, lambda item: "PYRO_" + item):
        errors = errors_of(tmp_path, **{write(item): 1 for item in items})
        assert len(errors) == len(items)
        for item, error in zip(items, errors):
            assert re.fullmatch(r"config:\d+:\d+: pyro: '%s' of Pyro4 (is .* here|has no meaning here: .*)" % write(item), error)
    assert "'commtimeout' of Pyro4 is 'comm_timeout' here" in errors_of(tmp_path, commtimeout=1)[0]
    assert "unknown key 'comm_timeot', did you mean 'comm_timeout'?" in errors_of(tmp_path, comm_timeot=1)[0]


def test_names_that_are_meant(tmp_path):
    """The keys that advice names are there."""
    errors = errors_of(tmp_path, **{item: 1 for item in sorted(Pyro4.config.asDict())})
    known = {"host", "certificate", "key", "key_password_file", "ca", "require_client_certificate", "ssl", "name_server",
             "name_server: host:port", "pyro"}
    error, = errors_of(tmp_path, nosuch=1)
    known |= set(re.search(r"known are (.*)", error)[1].split(", "))
    for error in errors:
        if advice := re.search(r"of Pyro4 is (.*) here", error):
            assert set(re.findall(r"'([^']+)'", advice[1])) <= known, error
