"""devicectl as people and scripts use it, with this server's devices and python-microscope's."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time

import numpy
import Pyro4
import pytest
import tifffile
from microscope import ROI, Binning, TriggerType
from microscope.clients import DataClient
from PIL import Image

from servers import BIN, LEASHED, Leashed, NameServer, free_port
from waiting import PATIENCE

REFUSED, USAGE, UNREACHED, UNWRITTEN, MISCONFIGURED = 1, 64, 69, 73, 78


def devicectl(*arguments, status=0, **environment):
    """Runs it to its end: what it printed, or with a status that is not 0 what it said of the error."""
    done = subprocess.run(
        [str(BIN / "devicectl"), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, env={**os.environ, **environment})
    assert done.returncode == status, done.stderr
    return done.stderr if status else done.stdout


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """python-microscope's device-server with a device of each kind: how a URI is made of a name."""
    port = free_port()
    server = Leashed("microscope.device_server", "--logging-dir", tmp_path_factory.mktemp("log"),
                     LEASHED.parent / "bench.py", BENCH_PORT=str(port))
    server.wait_for("Serving PYRO:Controller@")
    yield lambda name: "PYRO:%s@127.0.0.1:%d" % (name, port)
    server.kill()


@pytest.fixture
def name_server():
    """The real pyro4-ns: where it listens."""
    server = NameServer()
    yield server.place
    server.kill()


# MARK: Looking


def test_list(simulated, bench):
    """Each device of a server has a line, with its kind and whether it is enabled."""
    place = simulated["Wheel"].partition("@")[2]
    assert devicectl("list", place).split() == [simulated["Wheel"], "filter", "wheel", "disabled"]
    place = bench("Wheel").partition("@")[2]
    kinds = {line.split()[0]: line.split(None, 1)[1] for line in devicectl("list", place).splitlines()}
    assert kinds[bench("Camera")] == "camera             disabled"
    assert kinds[bench("Lines")].startswith("digital I/O")
    assert len(kinds) == 8
    with_parts = devicectl("list", place, "--parts").splitlines()
    assert len(with_parts) == 12
    assert sum("stage axis" in line for line in with_parts) == 2


def test_list_what_is_down(simulated):
    """What is not reached is told and makes the status; within a range of ports it is no surprise."""
    host, port = simulated["Wheel"].partition("@")[2].split(":")
    nobody = free_port()
    done = subprocess.run([str(BIN / "devicectl"), "list", "%s:%s" % (host, port), "127.0.0.1:%d" % nobody],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == UNREACHED
    assert "127.0.0.1:%d" % nobody in done.stdout and "Connection refused" in done.stdout
    assert simulated["Wheel"] in done.stdout
    span = "%s:%s-%d" % (host, port, int(port) + 1)
    assert simulated["Wheel"] in devicectl("list", span)
    assert "Name servers" in devicectl("list", status=USAGE)
    devicectl("list", "127.0.0.1", status=USAGE)


def test_list_of_a_configuration(serve, tmp_path):
    """A configuration says where its devices are."""
    port = free_port()
    server = serve([{"name": "Wheel", "port": port, "driver": "simulated-filter-wheel", "conf": {"positions": 6}}])
    uri = server.uri("Wheel")
    assert devicectl("list", "--config", tmp_path / "config.yaml").split()[0] == uri
    broken = tmp_path / "broken.yaml"
    broken.write_text("devices: [{}]")
    assert "broken.yaml:1:" in devicectl("list", "--config", broken, status=MISCONFIGURED)


def test_describe(simulated, bench):
    """A description has kind, properties, settings with their limits, methods."""
    for uri in (simulated["TestCamera"], bench("Camera")):
        text = devicectl("describe", uri)
        assert text.startswith("%s: camera\n" % uri)
        assert re.search(r"^  gain +int +0 +0 to 8192$", text, re.M)
        assert re.search(r"^  image pattern +enum +noise +noise, gradient, ", text, re.M)
        assert re.search(r"^  trigger_type +TriggerType.software$", text, re.M)
        assert "set_exposure_time" in text
    daemon = simulated["Wheel"].replace("Wheel@", "Pyro.Daemon@")
    assert devicectl("describe", daemon).startswith("%s: an object that is not a device\n" % daemon)


# MARK: Values


def test_values(simulated, bench):
    """Settings, properties and pairs of methods are got and set by one name."""
    for camera, wheel in ((simulated["TestCamera"], simulated["Wheel"]), (bench("Camera"), bench("Wheel"))):
        short = camera.replace("PYRO:", "")
        assert devicectl("set", short, "gain", 7) == "7\n"
        assert devicectl("get", short, "gain") == "7\n"
        assert devicectl("set", camera, "image pattern", "gradient") == "gradient\n"
        assert devicectl("get", camera, "image pattern", "--json") == "1\n"
        assert devicectl("set", camera, "image pattern", 0) == "noise\n"
        assert devicectl("set", camera, "exposure_time", 0.25) == "0.25\n"
        assert devicectl("set", camera, "roi", "0,0,32,16") == "ROI(0, 0, 32, 16)\n"
        assert devicectl("set", camera, "roi", "(0, 0, 0, 0)")
        assert devicectl("set", wheel, "position", 3) == "3\n"
        everything = json.loads(devicectl("get", camera, "--json"))
        assert everything["gain"] == 7 and everything["exposure_time"] == 0.25
        assert re.search(r"^gain +7$", devicectl("get", camera), re.M)


def test_calls(simulated, bench):
    """Methods are called with literals, by place and by name."""
    for stage, lines in ((simulated["Stage"], simulated["Lines"]), (bench("Stage"), bench("Lines"))):
        devicectl("call", stage, "enable")
        assert devicectl("call", stage, "move_to", "{'x': 12.5}") == ""
        assert json.loads(devicectl("get", stage, "position", "--json"))["x"] == 12.5
        assert devicectl("call", lines, "set_IO_state", 1, "state=true") == ""
        assert devicectl("call", lines, "get_IO_state", 1) == "True\n"
        assert json.loads(devicectl("call", lines, "get_all_IO_state", "--json"))[1] is True


def test_errors(simulated):
    """Each kind of failure has a status, and a line that names the device, the call and the reason."""
    camera, wheel = simulated["TestCamera"], simulated["Wheel"]
    assert devicectl("set", camera, "gain", 99999, status=REFUSED) == (
        "devicectl: %s: set_setting('gain', 99999): ValueError: setting 'gain' cannot be 99999, allowed are "
        "(0, 8192)\n" % camera)
    assert "no such setting or property; known names: " in devicectl("get", camera, "gaim", status=REFUSED)
    assert "AttributeError" in devicectl("call", camera, "fly", status=REFUSED)
    assert "it can be read, but not set" in devicectl("set", camera, "sensor_shape", 1, status=REFUSED)
    assert "is not a camera" in devicectl("snap", wheel, "a.tiff", status=REFUSED)
    assert "does not send data" in devicectl("stream", wheel, status=REFUSED)
    gone = "Camera@127.0.0.1:%d" % free_port()
    assert "Connection refused" in devicectl("get", gone, "gain", status=UNREACHED)
    assert "unknown object" in devicectl("get", wheel.replace("Wheel@", "Nobody@"), status=UNREACHED)
    assert "is not a URI" in devicectl("get", "Camera", "gain", status=USAGE)
    devicectl("snap", camera, "a.jpg", status=USAGE)
    devicectl("watch", camera, "gain", "--interval", "0", status=USAGE)


def test_key(serve):
    """A key can be given by an option or by the environment."""
    server = serve([{"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel", "conf": {"positions": 6}}],
                   pyro={"hmac_key": "s3cret"})
    uri = server.uri("Wheel")
    assert devicectl("get", uri, "position", "--hmac-key", "s3cret") == "0\n"
    assert devicectl("get", uri, "position", PYRO_HMAC_KEY="s3cret") == "0\n"
    devicectl("get", uri, "position", status=UNREACHED)
    # A server that refuses is no port where nobody listens, so it is told within a range as well.
    place = uri.partition("@")[2]
    span = "%s-%d" % (place, int(place.partition(":")[2]) + 1)
    done = subprocess.run([str(BIN / "devicectl"), "list", span], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == UNREACHED and place in done.stdout and "hmac" in done.stdout


def test_names(name_server, simulated, bench):
    """PYRONAME is looked up at a name server, whose names can be listed."""
    with Pyro4.Proxy("PYRO:Pyro.NameServer@" + name_server) as names:
        names._pyroSerializer = "serpent"
        names.register("microscope.wheel", bench("Wheel"))
        names.register("gone", "PYRO:gone@127.0.0.1:%d" % free_port())
    devicectl("set", bench("Wheel"), "position", 2)
    assert devicectl("get", "PYRONAME:microscope.wheel@%s" % name_server, "position") == "2\n"
    assert devicectl("get", "PYRONAME:microscope.wheel", "position", "--name-server", name_server) == "2\n"
    assert "does not know 'nobody'" in devicectl(
        "get", "PYRONAME:nobody", "x", "--name-server", name_server, status=UNREACHED)
    done = subprocess.run([str(BIN / "devicectl"), "list", "--names", "--name-server", name_server],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == UNREACHED
    assert re.search(r"^PYRONAME:microscope.wheel +filter wheel +disabled +PYRO:Wheel@", done.stdout, re.M)
    assert re.search(r"^PYRONAME:gone +not reached: ", done.stdout, re.M)


# MARK: Images


@Pyro4.expose
class KnownCamera:
    """As little of a camera as there can be, whose image is known, on a plain Pyro4 daemon."""

    trigger_type = property(lambda self: TriggerType.SOFTWARE)

    def __init__(self, image):
        self._image, self._client, self._enabled, self._exposure = image, None, False, 0.1

    def set_client(self, uri):
        self._client = uri

    def get_is_enabled(self):
        return self._enabled

    def enable(self):
        self._enabled = True

    def disable(self):
        self._enabled = False

    def set_exposure_time(self, seconds):
        self._exposure = seconds

    def get_exposure_time(self):
        return self._exposure

    def get_sensor_shape(self):
        return self._image.shape[1::-1]

    def get_roi(self):
        return ROI(0, 0, *self.get_sensor_shape())

    def get_binning(self):
        return Binning(1, 1)

    def get_transform(self):
        return (False, True, False)

    def get_all_settings(self):
        return {"gain": 3}

    def trigger(self):
        assert self._enabled
        with Pyro4.Proxy(self._client) as client:
            client.receiveData(self._image, 1e9)


@pytest.fixture
def serve_image():
    """Serves cameras with images of one's own: their URIs."""
    daemon = Pyro4.Daemon("127.0.0.1")
    thread = threading.Thread(target=daemon.requestLoop, daemon=True)
    thread.start()
    yield lambda image: str(daemon.register(KnownCamera(image)))
    daemon.shutdown()
    thread.join(PATIENCE)


IMAGE = numpy.random.default_rng(7).integers(0, 256, (48, 64))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int64", "float32", "float64"])
def test_snap(serve_image, tmp_path, dtype):
    """The pixels in the files are the camera's, and the description says how they were taken."""
    image = (IMAGE * (1 if dtype in ("uint8", "int8") else 100)).astype(dtype)
    uri = serve_image(image)
    file = tmp_path / "image.tiff"
    assert devicectl("snap", uri, file, "--exposure", 0.015) == "%s: 64 x 48 pixels of %s\n" % (file, dtype)
    assert devicectl("get", uri, "is_enabled") == "False\n"
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        assert page.asarray().dtype == dtype
        numpy.testing.assert_array_equal(page.asarray(), image)
        check(page.tags["ImageDescription"].value, uri)
        assert "PYRO:%s@" % page.tags["DocumentName"].value in uri
        assert page.tags["DateTime"].value == time.strftime("%Y:%m:%d %H:%M:%S", time.localtime(1e9))
    png = tmp_path / "image.png"
    if dtype not in ("uint8", "uint16"):
        assert "PNG holds only integers" in devicectl("snap", uri, png, status=UNWRITTEN)
        assert not png.exists()
        return
    devicectl("snap", uri, png)
    with Image.open(png) as read:
        assert numpy.asarray(read).dtype == dtype
        numpy.testing.assert_array_equal(numpy.asarray(read), image)
        check(read.text["Description"], uri)


def check(description, uri):
    assert json.loads(description) == {
        "device": uri, "timestamp": 1e9, "exposure_time": 0.015, "roi": [0, 0, 64, 48], "binning": [1, 1],
        "transform": [False, True, False], "settings": {"gain": 3}}


def test_snap_of_other_arrays(serve_image, tmp_path):
    """An array by columns is written by rows; what is no image, or of numbers that no file has, is refused."""
    image = numpy.asfortranarray(IMAGE.astype("uint16"))
    devicectl("snap", serve_image(image), tmp_path / "image.tif")
    numpy.testing.assert_array_equal(tifffile.imread(tmp_path / "image.tif"), image)
    for image, words in ((numpy.zeros((2, 3, 4)), "not an image: an array of shape (2, 3, 4)"),
                         (numpy.zeros((2, 2), "complex64"), "image files cannot hold pixels of type complex64")):
        assert words in devicectl("snap", serve_image(image), tmp_path / "no.tif", status=UNWRITTEN)


def test_snap_with_python_microscope(bench, tmp_path):
    """Images of python-microscope's cameras are taken as well, one after another."""
    for name in ("a.tif", "b.TIFF", "c.png"):
        devicectl("snap", bench("Camera"), tmp_path / name, "--exposure", 0.001)
        with Image.open(tmp_path / name) as image:
            assert image.size == (64, 48)


def test_snap_that_cannot_be_written(simulated):
    """A file that cannot be made is named, once."""
    devicectl("set", simulated["TestCamera"], "image data type", "uint8")
    for name in ("/nowhere/a.tiff", "/nowhere/a.png"):
        told = devicectl("snap", simulated["TestCamera"], name, status=UNWRITTEN)
        assert told == "devicectl: %s: No such file or directory\n" % name


# MARK: Streams


def test_stream(simulated, bench):
    """A number of frames is taken, and told how fast they came."""
    for uri in (simulated["TestCamera"], bench("Camera")):
        devicectl("set", uri, "exposure_time", 0.001)
        told = devicectl("stream", uri, "--trigger", "--count", 12)
        assert re.match(r"12 data in \S+ s: \S+/s, \S+ MB/s\ninterval: \S+ ms usual, \S+ ms longest, \d+ gaps\n"
                        r"0 lost here\n$", told)
        assert devicectl("get", uri, "is_enabled") == "False\n"


def test_observing(make, bench):
    """A client that observes gets the frames beside another client, and leaves the device alone; not with servers that cannot."""
    camera = make("prebuilt-camera", sensor_shape=[64, 48])
    client = DataClient(str(camera._pyroUri))
    program = subprocess.Popen([str(BIN / "devicectl"), "stream", str(camera._pyroUri), "--observe", "--print", "--count", "5"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    client.enable()
    count = 0
    while program.poll() is None:
        client.trigger_and_wait()
        count += 1
    assert program.stdout.read().count("uint16") == 5 and count >= 5
    assert "data came by shared memory" in program.stderr.read()
    assert client.get_is_enabled()
    client.disable()
    assert "nothing but Pyro's call-back" in devicectl("stream", bench("Camera"), "--observe", status=REFUSED)
    assert "exclude each other" in devicectl("stream", bench("Camera"), "--observe", "--trigger", status=USAGE)


def test_stream_of_values(bench):
    """What is no image is printed as it is; Ctrl-C ends a stream and leaves the device as it was."""
    program = subprocess.Popen([str(BIN / "devicectl"), "stream", bench("Thermometer"), "--print"],
                               stdout=subprocess.PIPE, text=True)
    assert re.match(r"\d\d:\d\d:\d\d\.\d\d\d  \[\S+, \S+\]\n$", program.stdout.readline())
    program.send_signal(signal.SIGINT)
    rest = program.stdout.read()
    assert program.wait(PATIENCE) == 0
    assert "lost here" in rest
    assert devicectl("get", bench("Thermometer"), "is_enabled") == "False\n"


def test_progress(simulated):
    """On a terminal a bar shows how far it has come."""
    uri = simulated["TestCamera"]
    devicectl("set", uri, "exposure_time", 0.05)
    terminal, child = pty.openpty()
    program = subprocess.Popen([str(BIN / "devicectl"), "stream", uri, "--trigger", "--count", "20"],
                               stdout=subprocess.DEVNULL, stderr=child)
    os.close(child)
    shown = b""
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    os.close(terminal)
    assert program.wait(PATIENCE) == 0
    assert re.search(rb"\[#+-+\] \d+ %  \d+ data, \S+/s, \S+ MB/s, \d+ gaps, 0 lost", shown)


def test_watch(serve, connect):
    """Each change is a line, across a restart of the server."""
    port = free_port()
    devices = [{"name": "Wheel", "port": port, "driver": "simulated-filter-wheel", "conf": {"positions": 6}}]
    uri = serve(devices).uri("Wheel")
    program = subprocess.Popen([str(BIN / "devicectl"), "watch", uri, "position", "--interval", "0.02", "--count", "3"],
                               stdout=subprocess.PIPE, text=True)
    for position in (0, 4, 2):
        if position:
            connect(uri).set_position(position)
        assert program.stdout.readline().split()[1] == str(position)
    assert program.wait(PATIENCE) == 0
    program.stdout.close()


# MARK: Help


def test_completion():
    """The completion scripts know the subcommands, and bash takes its one."""
    for shell in ("bash", "zsh", "fish"):
        script = devicectl("--generate-completion-script", shell)
        assert all(word in script for word in ("describe", "snap", "exposure"))
        if shell == "bash":
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_help():
    """Every subcommand has an abstract and says what its arguments are."""
    text = devicectl("--help")
    for command in ("list", "describe", "get", "set", "call", "snap", "stream", "watch"):
        assert re.search(r"^  %s +[A-Z]" % command, text, re.M)
        assert "OVERVIEW: " in devicectl(command, "--help")
