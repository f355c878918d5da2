"""What the tests share: servers, fresh devices, proxies."""
import json
import re
import signal
import warnings

import pytest
import Pyro4

from receivers import Receiver  # noqa: F401  sets Pyro4 up for pickle
from servers import ROOT, DeviceServer, TestServer, write_config
from waiting import PATIENCE

# Whoever started the tests may have it ignored (nohup), which programs inherit.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

warnings.filterwarnings("error", category=pytest.PytestUnhandledThreadExceptionWarning)


class Connections:
    """Proxies that give up instead of waiting for ever, closed in the end."""

    def __init__(self):
        self._proxies = []

    def __call__(self, uri, serializer=None):
        proxy = Pyro4.Proxy(uri)
        proxy._pyroTimeout = PATIENCE
        proxy._pyroSerializer = serializer
        self._proxies.append(proxy)
        return proxy

    def close(self):
        for proxy in self._proxies:
            proxy._pyroRelease()


@pytest.fixture
def connect():
    """Makes proxies by their URI."""
    connections = Connections()
    yield connections
    connections.close()


@pytest.fixture
def serve(tmp_path):
    """Starts device-servers with the devices given, and ends them."""
    running = []

    def start(devices, *options, **keys):
        server = DeviceServer(write_config(tmp_path, devices, **keys), *options)
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


def start_simulated(folder):
    """Serves the devices of Configs/simulated.yaml at ports that the kernel chooses: the server, and URIs by name."""
    text = (ROOT / "Configs" / "simulated.yaml").read_text()
    config = folder / "simulated.yaml"
    config.write_text(re.sub(r"\bport: \d+", "port: 0", text))
    server = DeviceServer(config)
    try:
        return server, {name: server.uri(name) for name in re.findall(r"\bname: (\w+)", text) if name != "Stand"}
    except BaseException:
        server.kill()
        raise


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The devices of Configs/simulated.yaml: their URIs by name."""
    server, uris = start_simulated(tmp_path_factory.mktemp("simulated"))
    yield uris
    server.kill()


@pytest.fixture
def serve_simulated(tmp_path):
    """Starts a server with the devices of Configs/simulated.yaml, of which tests may do away with."""
    running = []

    def start():
        server, uris = start_simulated(tmp_path)
        running.append(server)
        return server, uris

    yield start
    for server in running:
        server.kill()


@pytest.fixture(scope="module")
def test_server():
    """The server for tests."""
    server = TestServer()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def factory(test_server, connect):
    """The object that makes devices."""
    return connect(test_server.factory)


@pytest.fixture
def make(factory, connect):
    """Makes fresh devices: the driver, and the driver's options."""
    made = []

    def make_one(driver, **conf):
        device = factory.create(json.dumps({"driver": driver, "conf": conf} if conf else {"driver": driver}))
        made.append(device._pyroUri.object)
        device._pyroRelease()
        return connect(device._pyroUri)

    yield make_one
    for name in made:
        factory.destroy(name)
