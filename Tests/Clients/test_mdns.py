"""Devices that the real avahi daemon announces to another computer in the network."""
import os
import re
import signal
from typing import NamedTuple

import numpy
import pytest
from PIL import Image

from computers import OBSTACLE, Computer
from servers import BIN, write_config
from waiting import eventually

UNREACHED = 69
WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 6, "travel_time": 0}}
STAGE = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 200], "y": [0, 100], "z": [-50, 50]}, "speed": 0}}
ANNOUNCED = {"host": "0.0.0.0", "pyro": {"mdns": True}}

if OBSTACLE:
    pytest.skip(OBSTACLE, allow_module_level=True)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Two computers in a network of their own."""
    folder = tmp_path_factory.mktemp("network")
    both = Computer(folder, "scope-pc", "10.77.0.1"), Computer(folder, "other-pc", "10.77.0.2")
    both[0].connect(both[1])
    yield both
    for computer in both:
        computer.switch_off()


@pytest.fixture
def computers(network):
    """Both computers, with an avahi daemon that nobody has stopped, and that knows of nothing."""
    for computer in network:
        if computer.daemon is None:
            computer.start_daemon()
        eventually(lambda: browse(computer) == {}, "nothing is announced")
    return network


@pytest.fixture
def serve_on(tmp_path):
    """Starts servers on computers, and ends them."""
    running = []

    def start(computer, devices, environment=None, **keys):
        folder = tmp_path / str(len(running))
        folder.mkdir()
        server = computer.serve(write_config(folder, devices, **{**ANNOUNCED, **keys}), **(environment or {}))
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


class Service(NamedTuple):
    """What avahi-browse tells of a service."""

    host: str
    address: str
    port: int
    texts: set


def browse(computer):
    """What the real avahi-browse finds in the network by IPv4, by its name."""
    found = {}
    for line in computer.run("avahi-browse", "-rpt", "_pyro4._tcp").splitlines():
        fields = line.split(";")
        if fields[:3] == ["=", "eth0", "IPv4"]:
            name = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1])), fields[3])
            found[name] = Service(fields[6], fields[7], int(fields[8]), set(re.findall(r'"([^"]*)"', fields[9])))
    return found


def port(uri):
    return int(uri.rpartition(":")[2])


def wheel(name="Wheel", port=0, **keys):
    return {"name": name, "port": port, **WHEEL, **keys}


def announced(server, *names, since=0):
    """Waits until devices are announced; gives their ports."""
    for name in names:
        server.wait_for("(?m)NOTICE .*%s announced by mDNS$" % name, since=since)
    return [port(server.uri(name, since=since)) for name in names]


def test_announced_and_withdrawn(computers, serve_on):
    """Another computer sees where each device is and what it is, and sees no more of it when the server has ended."""
    here, there = computers
    server = serve_on(here, [wheel(), {"name": "Stand", "port": 0, "devices": [
        {"name": "RedCamera", "driver": "simulated-camera"}, {"name": "Blue", **WHEEL}]}])
    wheel_port, red, blue = announced(server, "Wheel", "RedCamera", "Blue")
    assert red == blue != wheel_port
    kind = {"driver=simulated-filter-wheel", "kind=filter wheel"}
    assert browse(there) == {
        "Wheel": Service("scope-pc.local", here.address, wheel_port, kind | {"object=Wheel"}),
        "Blue": Service("scope-pc.local", here.address, blue, kind | {"object=Blue"}),
        "RedCamera": Service("scope-pc.local", here.address, red,
                             {"driver=simulated-camera", "kind=camera", "object=RedCamera"}),
    }
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    eventually(lambda: browse(there) == {}, "nothing is announced any more")


def test_uid(computers, serve_on):
    """A device that is known by its serial number is announced with that."""
    conf = {"attached": ["SN-1", "SN-2"], "sensor_shape": [32, 24]}
    server = serve_on(computers[0], [
        {"name": "Red", "driver": "simulated-floating-camera", "uid": "SN-2", "port": 0, "conf": conf}])
    announced(server, "Red")
    assert "uid=SN-2" in browse(computers[1])["Red"].texts


def test_found_by_name(computers, serve_on, tmp_path):
    """devicectl lists what is announced, and reaches it by name from another computer; images come back."""
    here, there = computers
    server = serve_on(here, [wheel(), {"name": "Camera", "driver": "simulated-camera", "port": 0}])
    wheel_port, camera_port = announced(server, "Wheel", "Camera")
    assert [line.split() for line in there.devicectl("list", "--mdns").splitlines()] == [
        ["MDNS:Camera", "camera", "disabled", "PYRO:Camera@10.77.0.1:%d" % camera_port],
        ["MDNS:Wheel", "filter", "wheel", "disabled", "PYRO:Wheel@10.77.0.1:%d" % wheel_port],
    ]
    there.devicectl("set", "MDNS:Wheel", "position", 3)
    for uri in ("mdns:Wheel", "MDNS:Wheel@SCOPE-PC.local", "MDNS:Wheel@10.77.0.1:%d" % wheel_port):
        assert there.devicectl("get", uri, "position") == "3\n"
    there.devicectl("snap", "MDNS:Camera", tmp_path / "image.tiff")
    assert (tmp_path / "image.tiff").stat().st_size > 1000
    for uri in ("MDNS:Nobody", "MDNS:Wheel@other-pc"):
        assert there.devicectl("get", uri, "position", status=UNREACHED) == (
            "devicectl: %s: no device of that name is announced in the local network; see devicectl list --mdns\n" % uri)


def test_same_name_on_two_computers(computers, serve_on):
    """The second one gets another name; which one is meant has to be said."""
    here, there = computers
    first = serve_on(here, [wheel()])
    first_port, = announced(first, "Wheel")
    second = serve_on(there, [wheel()])
    second.wait_for("Wheel announced by mDNS as 'Wheel @ other-pc', since another device is announced as Wheel")
    second_port = port(second.uri("Wheel"))
    assert {name: service.port for name, service in browse(here).items()} == {
        "Wheel": first_port, "Wheel @ other-pc": second_port}
    listed = there.devicectl("list", "--mdns")
    assert re.findall(r"^\S+", listed, re.M) == ["MDNS:Wheel@other-pc", "MDNS:Wheel@scope-pc"]
    there.devicectl("set", "MDNS:Wheel@scope-pc", "position", 4)
    assert there.devicectl("get", "MDNS:Wheel@other-pc", "position") == "0\n"
    error = there.devicectl("get", "MDNS:Wheel", "position", status=UNREACHED)
    assert error.endswith("choose one: MDNS:Wheel@other-pc:%d, MDNS:Wheel@scope-pc:%d\n" % (second_port, first_port))


def test_same_name_on_one_computer(computers, serve_on):
    """Two servers of one computer are told from each other by their ports."""
    here, there = computers
    ports = []
    for text in ("(?m)Wheel announced by mDNS$", "announced by mDNS as 'Wheel @ scope-pc'",
                 "announced by mDNS as 'Wheel @ scope-pc #2'"):
        server = serve_on(here, [wheel()])
        server.wait_for(text)
        ports.append(port(server.uri("Wheel")))
    error = there.devicectl("get", "MDNS:Wheel@scope-pc", "position", status=UNREACHED)
    for each in ports:
        assert "MDNS:Wheel@scope-pc:%d" % each in error
        there.devicectl("get", "MDNS:Wheel@scope-pc:%d" % each, "position")


def test_killed_worker(computers, serve_on):
    """A device whose process was killed is announced where it is served then."""
    here, there = computers
    server = serve_on(here, [wheel()])
    announced(server, "Wheel")
    mark = len(server.lines)
    os.kill(server.workers.pop(), signal.SIGKILL)
    second, = announced(server, "Wheel", since=mark)
    assert {name: service.port for name, service in browse(there).items()} == {"Wheel": second}
    assert there.devicectl("get", "MDNS:Wheel", "position") == "0\n"


def test_killed_server(computers, serve_on):
    """Of a server that was killed nothing stays announced."""
    here, there = computers
    server = serve_on(here, [wheel()])
    announced(server, "Wheel")
    assert "Wheel" in browse(there)
    server.process.kill()
    eventually(lambda: browse(there) == {}, "nothing is announced any more")
    error = there.devicectl("list", "--mdns", status=UNREACHED)
    assert error == "devicectl: the local network: no device is announced by mDNS\n"


def test_daemon_away(network, serve_on):
    """Devices are served without a daemon, and announced when it has come; one line tells of each time."""
    here, there = network
    for computer in network:
        if computer.daemon:
            computer.stop_daemon()
    server = serve_on(here, [wheel()])
    uri = server.uri("Wheel").replace("0.0.0.0", here.address)
    server.wait_for("WARNING .*Wheel not announced by mDNS: .* does not answer .*sudo apt install avahi-daemon")
    assert there.devicectl("get", uri, "position") == "0\n"
    for command in (["list", "--mdns"], ["get", "MDNS:Wheel", "position"]):
        assert "sudo apt install avahi-daemon" in there.devicectl(*command, status=UNREACHED)
    there.start_daemon()
    for _ in range(2):
        here.start_daemon()
        server.wait_for("(?m)NOTICE .*Wheel announced by mDNS$", since=len(server.lines) - 1)
        eventually(lambda: "Wheel" in browse(there), "it is announced")
        mark = len(server.lines)
        here.stop_daemon()
        server.wait_for("Wheel not announced by mDNS", since=mark)
    assert server.text().count("not announced") == 3


def test_nothing_to_reach(computers, serve_on, tmp_path):
    """What only this computer reaches is not announced, and the log says why."""
    here, there = computers
    server = serve_on(here, [wheel("Local", host="127.0.0.1"),
                             {"name": "Socket", "socket": str(tmp_path / "socket"), **WHEEL}, wheel()])
    announced(server, "Wheel")
    server.wait_for(r"WARNING .*Local not announced by mDNS: other computers cannot reach 127.0.0.1:\d+; set host to ")
    server.wait_for("WARNING .*Socket not announced by mDNS: other computers cannot reach ./u:")
    assert list(browse(there)) == ["Wheel"]


@pytest.mark.parametrize("host", ["10.77.0.1", "::"])
def test_addresses(computers, serve_on, host):
    """A server may listen at one address, or at those of IPv6 as well."""
    here, there = computers
    server = serve_on(here, [wheel()], host=host)
    announced(server, "Wheel")
    assert browse(there)["Wheel"].address == here.address
    assert there.devicectl("get", "MDNS:Wheel", "position") == "0\n"


def test_library_away(network, serve_on, tmp_path):
    """Without avahi's library devices are served all the same, and it is told what to install."""
    (tmp_path / "libavahi-client.so.3").write_text("")
    environment = {"LD_LIBRARY_PATH": str(tmp_path)}
    server = serve_on(network[0], [wheel()], environment)
    server.wait_for("Wheel not announced by mDNS: mDNS needs a library .*: sudo apt install libavahi-client3")
    server.uri("Wheel")
    error = network[0].devicectl("list", "--mdns", status=UNREACHED, **environment)
    assert "sudo apt install libavahi-client3" in error


def test_what_others_announce(computers, serve_on):
    """Any Pyro4 server can be announced; what cannot be a device's name is passed over."""
    here, there = computers
    server = serve_on(here, [wheel()], pyro={})
    place = port(server.uri("Wheel"))
    names = [("By hand", place, "object=Wheel"), ("Wheel", place),
             ("Bad", 1, "object=a\x1b[2Jb"), ("Bad too", 1, "object=a b")]
    programs = [here.start("avahi-publish", "-s", name, "_pyro4._tcp", number, *texts)
                for name, number, *texts in names]
    try:
        for program in programs:
            program.wait_for("Established under name")
        listed = there.devicectl("list", "--mdns")
        assert listed.split() == ["MDNS:Wheel", "filter", "wheel", "disabled", "PYRO:Wheel@10.77.0.1:%d" % place]
    finally:
        for program in programs:
            program.kill()


def test_parts_by_name(computers, serve_on, tmp_path):
    """A device works with one of another computer, wherever that is by now."""
    here, there = computers
    image = tmp_path / "image.png"
    first = serve_on(there, [{"name": "Stage", "port": 0, **STAGE}])
    announced(first, "Stage")
    conf = {"image": {"width": 200, "height": 100, "channels": 6, "seed": 3}, "stage": "MDNS:Stage",
            "filter_wheel": "Wheel", "sensor_shape": [40, 30], "realistic_timing": False}
    camera = serve_on(here, [wheel(), {"name": "Camera", "port": 0, "driver": "stage-aware-camera", "conf": conf}])
    announced(camera, "Camera")

    def snap(x):
        there.devicectl("call", "MDNS:Stage", "move_to", "{'x': %d, 'y': 50}" % x)
        there.devicectl("snap", "MDNS:Camera", image)
        return numpy.asarray(Image.open(image))

    before = snap(60)
    assert before.max() > before.min()
    first.kill()
    second = serve_on(there, [{"name": "Stage", "port": 0, **STAGE}])
    announced(second, "Stage")
    assert (snap(120) != before).any()
    assert (snap(60) == before).all()


def test_moved(computers, serve_on):
    """A client that has found a device by name finds it again where it has moved to."""
    here, there = computers
    first = serve_on(here, [wheel()])
    announced(first, "Wheel")
    watch = there.start(BIN / "devicectl", "watch", "MDNS:Wheel", "position", "--interval", "0.1")
    try:
        assert watch.process.stdout.readline().endswith(" 0\n")
        first.kill()
        second = serve_on(there, [wheel()])
        announced(second, "Wheel")
        there.devicectl("set", "MDNS:Wheel", "position", 2)
        assert any(line.endswith(" 2\n") for line in watch.process.stdout), watch.text()
    finally:
        watch.kill()
