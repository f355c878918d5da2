"""Filter wheels on USB, through the server and the real libusb, on devices that are made up below it."""
import os
import re
import signal
import threading
import time

import Pyro4
import pytest
from microscope import DeviceError
from microscope.clients import Client

from moving import Moving
from processes import is_running
from servers import ROOT, DeviceServer, free_port, write_config
from testbed import Testbed
from waiting import PATIENCE, eventually

# The issue's limits, in seconds.
NOTICED = 1.0

KINDS = {"zwo": "zwo-efw", "starlight-xpress": "starlight-xpress-wheel", "clarity": "aurox-clarity",
         "finger-lakes": "finger-lakes-cfw", "old-finger-lakes": "finger-lakes-cfw"}
PORTS = {kind: "1-%d" % (number + 1) for number, kind in enumerate(KINDS)}


def definition(name, kind, **conf):
    return {"name": name, "driver": KINDS[kind], "port": free_port(), "conf": conf}


@pytest.fixture
def testbed():
    testbed = Testbed()
    yield testbed
    testbed.close()


@pytest.fixture
def serve(testbed, tmp_path):
    """Starts device-servers that find the testbed's devices, and ends them."""
    running = []

    def start(definitions, *options):
        server = DeviceServer(write_config(tmp_path, definitions), *options, env=testbed.environment)
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


def test_all_wheels_side_by_side(testbed, serve, connect):
    """Each wheel goes to each of its positions, for a client of python-microscope's."""
    for kind, port in PORTS.items():
        testbed.make(port, kind)
    server = serve([definition(kind, kind, port=port) for kind, port in PORTS.items()])

    def turn(kind):
        wheel = connect(server.uri(kind))
        assert wheel.n_positions == wheel.get_num_positions() == (4 if kind == "clarity" else 7)
        for position in [*range(wheel.n_positions), 0]:
            wheel.position = position
            assert wheel.position == wheel.get_position() == position
        for wrong in (-1, wheel.n_positions):
            with pytest.raises(ValueError):
                wheel.position = wrong
        done.append(kind)

    done = []
    turning = [threading.Thread(target=turn, args=[kind]) for kind in KINDS]
    for thread in turning:
        thread.start()
    for thread in turning:
        thread.join(2 * PATIENCE)
    assert sorted(done) == sorted(KINDS)


def test_client_of_python_microscope(testbed, serve):
    """python-microscope's own client class works with a wheel."""
    testbed.make("1-1", "zwo")
    server = serve([definition("Wheel", "zwo")])
    wheel = Client(server.uri("Wheel"))
    wheel.position = 4
    assert (wheel.position, wheel.n_positions) == (4, 7)


def test_two_of_a_kind(testbed, serve, connect):
    """Two wheels of a kind are told apart by their serial numbers, or by their ports."""
    serials = ["0123456789abcdef", "fedcba9876543210"]
    for port, serial in zip(["1-1", "1-2"], serials):
        testbed.make(port, "zwo", serial=serial)
    for port in ("1-3", "1-4"):
        testbed.make(port, "starlight-xpress", positions=5)
    # In the order that makes each look at the other's first.
    server = serve([
        definition("Second", "zwo", serial=serials[1]), definition("First", "zwo", serial=serials[0]),
        definition("Third", "starlight-xpress", port="1-3"), definition("Fourth", "starlight-xpress", port="1-4")])
    wheels = {name: connect(server.uri(name)) for name in ("First", "Second", "Third", "Fourth")}
    for position, wheel in enumerate(wheels.values(), 1):
        wheel.position = position
    assert [wheel.position for wheel in wheels.values()] == [1, 2, 3, 4]
    for name, port in ("First", "1-1"), ("Second", "1-2"), ("Third", "1-3"), ("Fourth", "1-4"):
        server.wait_for(r"%s\b.*is USB device %s " % (name, port))


def test_choice_that_is_not_clear(testbed, serve):
    """Two wheels and no word which one is an error that names both; one that is not there too."""
    for port in ("1-1", "1-2"):
        testbed.make(port, "zwo", serial="000000000000000" + port[-1])
    server = serve([definition("Some", "zwo"), definition("Nowhere", "clarity")])
    server.wait_for(r"ERROR \S+ Some: .*choose one by its port: .*1-1.*1-2")
    server.wait_for(r"ERROR \S+ Nowhere: .*no device of this kind \(1f0a:0088\) is plugged in")
    server.kill()
    server = serve([definition("None", "zwo", serial="9999")])
    message = server.wait_for(r"ERROR \S+ None: (.*)")[1]
    assert "1-1 has serial 0000000000000001" in message and "1-2 has serial 0000000000000002" in message


@pytest.mark.parametrize("kind", KINDS)
def test_unplugged_in_mid_move_and_back(testbed, serve, connect, kind):
    """The move fails within a second, the log says so, and the same proxy works once the wheel is back."""
    testbed.make("1-1", kind, step=0.5)
    server = serve([definition("Wheel", kind)])
    uri = server.uri("Wheel")
    wheel, other = connect(uri), connect(uri)
    process = server.workers
    failures = []

    def move():
        try:
            wheel.position = 3
        except DeviceError as error:
            failures.append((time.monotonic(), str(error)))

    other._pyroBind()
    with Moving(move) as moving:
        time.sleep(0.3)
        assert not moving.has_ended and other.position in range(4)
        begin = time.monotonic()
        testbed.unplug("1-1")
        server.wait_for(r"has been unplugged: USB device 1-1 ", within=NOTICED)
    (end, text), = failures
    assert end - begin < NOTICED and "unplugged" in text
    # Where it is, nobody knows; clients that look at it all the time survive that.
    assert other.get_position() == other.position == -1
    with pytest.raises(DeviceError, match="unplugged"):
        other.position = 1
    testbed.plug("1-1")
    server.wait_for(r"is plugged in at USB port 1-1")

    def is_ready():
        try:
            return other.position == 0
        except DeviceError:
            return False

    eventually(is_ready, "the wheel has found its place")
    wheel.position = 1
    assert other.position == 1
    assert server.workers == process, "the process was replaced"


def test_plugged_in_later(testbed, serve, connect):
    """A wheel that is not there at the start is served once it is plugged in."""
    testbed.make("1-1", "zwo")
    testbed.unplug("1-1")
    server = serve([definition("Wheel", "zwo")])
    server.wait_for(r"ERROR \S+ Wheel: .*no device of this kind")
    testbed.plug("1-1")
    assert connect(server.uri("Wheel")).position == 0


def test_permission_denied(testbed, serve, connect):
    """Whoever may not use a wheel is told which file of rules to install; it is served once that has been done."""
    testbed.make("1-1", "zwo")
    testbed.forbid("1-1")
    server = serve([definition("Wheel", "zwo")])
    message = server.wait_for(r"ERROR \S+ Wheel: (.*)")[1]
    assert "60-filter-wheels.rules" in message and "/dev/bus/usb/001/" in message
    testbed.allow("1-1")
    assert connect(server.uri("Wheel")).position == 0


def test_busy(testbed, serve, connect, tmp_path):
    """A wheel that another program has is told with the program's name, and served once that has ended."""
    testbed.make("1-1", "zwo")
    first = serve([definition("Mine", "zwo")])
    connect(first.uri("Mine"))
    holder, = first.workers
    second = serve([definition("Yours", "zwo")])
    message = second.wait_for(r"ERROR \S+ Yours: (.*)")[1]
    assert "in use by" in message and "(process %d)" % holder in message
    first.process.send_signal(signal.SIGTERM)
    assert first.wait() == 0
    assert connect(second.uri("Yours")).position == 0


def test_drivers_of_the_kernel(testbed, serve, connect):
    """usbhid gives way while a wheel is served, and has it back when the server has ended."""
    testbed.make("1-1", "starlight-xpress")
    testbed.make("1-2", "finger-lakes")
    assert testbed.driver("1-1") == "usbhid" and testbed.driver("1-2") == "none"
    server = serve([definition("One", "starlight-xpress"), definition("Two", "finger-lakes")])
    for name in ("One", "Two"):
        assert connect(server.uri(name)).position == 0
    assert testbed.driver("1-1") == "none"
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert testbed.driver("1-1") == "usbhid" and testbed.driver("1-2") == "none"


@pytest.mark.parametrize("kind, words", [
    ("zwo", "in an error: error 12"), ("clarity", "reports an error"), ("starlight-xpress", "last state: moving"),
    ("finger-lakes", "last state: moving")])
def test_jam(testbed, serve, connect, kind, words):
    """A move that the wheel cannot make ends with an error that says what was seen, and the next one can be made."""
    testbed.make("1-1", kind)
    server = serve([definition("Wheel", kind, move_timeout=1)])
    wheel = connect(server.uri("Wheel"))
    testbed.fail("1-1", "jam")
    with pytest.raises(DeviceError, match="move to position 2.*%s" % words):
        wheel.position = 2
    testbed.fail("1-1", "repair")
    wheel.position = 3
    assert wheel.position == 3


@pytest.mark.parametrize("fault", ["garbage", "short", "silence", "stall"])
def test_bad_answers(testbed, serve, connect, fault):
    """An answer that is wrong, cut off or missing is an error of that call and of no other."""
    testbed.make("1-1", "starlight-xpress")
    server = serve([definition("Wheel", "starlight-xpress")])
    wheel = connect(server.uri("Wheel"))
    wheel.position = 2
    time.sleep(0.3)
    testbed.fail("1-1", fault)
    with pytest.raises(DeviceError, match="1278:0920"):
        wheel.position = 2
    assert wheel.position in (2, -1)
    wheel.position = 1
    assert wheel.position == 1


def test_killed_process(testbed, serve, connect):
    """When the process of a wheel is killed, the next one finds the wheel where it stands."""
    testbed.make("1-1", "zwo")
    server = serve([definition("Wheel", "zwo")])
    uri = server.uri("Wheel")
    wheel = connect(uri)
    wheel.position = 4
    killed, = server.workers
    since = len(server.lines)
    os.kill(killed, signal.SIGKILL)
    server.uri("Wheel", since=since)
    assert not is_running(killed)
    wheel._pyroRelease()
    assert wheel.position == 4


def test_clarity(testbed, serve, connect):
    """A Clarity's disk and lamp are settings, and python-microscope's methods reach them too."""
    testbed.make("1-1", "clarity", serial="87654321")
    server = serve([definition("Clarity", "clarity", serial="87654321")])
    clarity = connect(server.uri("Clarity"))
    assert clarity.describe_setting("sectioning")["values"] == [
        (0, "bypass"), (1, "low"), (2, "mid"), (3, "high")]
    clarity.set_slide_position(2)
    assert clarity.get_setting("sectioning") == clarity.get_slide_position() == 2
    clarity.set_setting("calibration", True)
    status = clarity.get_status()
    assert status["calibration"] is True and status["slide"] == 2 and status["filter"] == 0
    assert clarity.get_slides() == {0: "bypass", 1: "low", 2: "mid", 3: "high"}
    assert clarity.get_id() == "87654321" and clarity.moving is False


@pytest.mark.parametrize("simulated", [False, True], ids=["libusb", "simulated"])
def test_recording(testbed, serve, connect, tmp_path, simulated):
    """`--record` writes down each exchange with its time, in a file for each device."""
    testbed.make("1-1", "zwo")
    folder = tmp_path / "recordings"
    options = ["--record", folder] + (["--simulated"] if simulated else [])
    begin = time.time()
    server = serve([definition("Wheel", "zwo")], *options)
    connect(server.uri("Wheel")).position = 2
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    file, = folder.iterdir()
    assert file.name == "ZWO-filter-wheel-1-1.txt"
    lines = file.read_text().splitlines()
    assert "# kind 03c3:1f01" in lines and "# port 1-1" in lines
    exchanges = [line for line in lines if not line.startswith("#")]
    assert all(re.match(r"\d+\.\d{6} [<>] [0-9a-f ]+ \|( [0-9a-f]{2})*$", line) for line in exchanges)
    times = [float(line.split()[0]) for line in exchanges]
    assert times == sorted(times) and begin - 1 < times[0] and times[-1] < time.time() + 1
    assert any(line.split(" | ")[1].startswith("03 7e 5a 01 02 03") for line in exchanges)


def test_recording_of_a_serial_port(serve, connect, tmp_path):
    """`--record` does the same for devices at serial ports."""
    folder = tmp_path / "recordings"
    laser = {"name": "Laser", "driver": "cobolt", "port": free_port(), "conf": {"port": "/dev/ttyUSB0"}}
    server = serve([laser], "--record", folder, "--simulated")
    connect(server.uri("Laser")).get_status()
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    file, = folder.iterdir()
    exchanges = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert len(exchanges) > 4 and {line.split()[1] for line in exchanges} == {"<", ">"}
    assert all(re.match(r"\d+\.\d{6} [<>] \|( [0-9a-f]{2})+$", line) for line in exchanges), exchanges


def test_example(connect, tmp_path):
    """Configs/filter-wheels.yaml works with --simulated."""
    text = (ROOT / "Configs" / "filter-wheels.yaml").read_text()
    config = tmp_path / "filter-wheels.yaml"
    config.write_text(re.sub(r"\bport: 80\d\d", "port: 0", text))
    server = DeviceServer(config, "--simulated")
    try:
        for name in re.findall(r"- name: (\w+)", text):
            wheel = connect(server.uri(name))
            wheel.position = 1
            assert wheel.position == 1
    finally:
        server.kill()
