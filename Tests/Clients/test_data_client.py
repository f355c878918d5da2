"""microscope_frames.DataClient in the place of microscope.clients.DataClient; and FrameClient at python-microscope's server."""

import itertools
import subprocess
import sys

import microscope.clients
import numpy
import pytest
from microscope import TriggerMode, TriggerType

from frame_clients import SOURCE, WAYS, number
from servers import LEASHED, Leashed, free_port
from waiting import PATIENCE

import microscope_frames as mf

CAMERA = {"name": "Camera", "port": 0, "driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """python-microscope's own server: how a URI is made of a name."""
    port = free_port()
    server = Leashed(
        "microscope.device_server",
        "--logging-dir",
        tmp_path_factory.mktemp("log"),
        LEASHED.parent / "bench.py",
        BENCH_PORT=str(port),
    )
    server.wait_for("Serving PYRO:Controller@")
    yield lambda name: "PYRO:%s@127.0.0.1:%d" % (name, port)
    server.kill()


def take_images(client_class, uri):
    """A script as microscopists write them: what it got to see."""
    client = client_class(uri)
    client.set_exposure_time(0.01)
    client.set_setting("image pattern", 4)
    client.set_setting("display image number", False)
    client.enable()
    images = [client.trigger_and_wait() for _ in range(3)]
    image, timestamp = images[0]
    image[0, 0] = 1
    seen = [
        image.shape,
        image.dtype,
        image.flags.writeable,
        image[1:].max(),
        type(timestamp),
        client.trigger_type,
        client.get_roi(),
        client.get_is_enabled(),
        [later > timestamp for _, later in images[1:]],
    ]
    client.trigger()
    seen.append(client._buffer.get(timeout=PATIENCE)[0].shape)
    client.disable()
    seen.append(client.get_is_enabled())
    return seen


@pytest.mark.parametrize("client_class", [mf.DataClient, microscope.clients.DataClient])
def test_a_script(serve, client_class):
    """The same script sees the same with either class."""
    seen = take_images(client_class, serve([CAMERA]).uri("Camera"))
    assert seen == [
        (48, 64),
        numpy.dtype("uint8"),
        True,
        0,
        float,
        TriggerType.SOFTWARE,
        microscope.ROI(0, 0, 64, 48),
        True,
        [True, True],
        (48, 64),
        False,
    ]


@pytest.mark.parametrize("way", WAYS)
def test_way_of_a_data_client(serve, way):
    """It takes FrameClient's options, and says how images come."""
    with mf.DataClient(serve([CAMERA]).uri("Camera"), shared_memory=WAYS[way]) as client:
        client.enable()
        assert client.trigger_and_wait(PATIENCE)[0].shape == (48, 64) and client.way == way
        kept = [client.trigger_and_wait(PATIENCE)[0] for _ in range(60)]
        assert len({id(image) for image in kept}) == 60


def test_python_microscope_by_call_back(bench):
    """At python-microscope's server both classes take images, by Pyro's call-back, and say so."""
    uri = bench("Camera")
    with mf.FrameClient(uri, timeout=PATIENCE) as client:
        assert client.way == "Pyro's call-back" and "nothing else" in client.reason
        client.enable()
        frames = [client.trigger_and_wait() for _ in range(5)]
        assert [frame.number for frame in frames] == list(range(5))
        assert all(frame.image.ndim == 2 and not frame.image.flags.writeable for frame in frames)
        assert frames[0].roi is None and frames[0].exposure_time is None
        with pytest.raises(mf.NotSupported):
            client.counts()
        client.disable()
    with mf.DataClient(uri) as client:
        client.enable()
        image, _ = client.trigger_and_wait(PATIENCE)
        image[0, 0] = 1
        client.disable()


def test_python_microscope_without_pyro4(bench):
    """Without Pyro4 here, the error names the remedy; calls need none."""
    code = (
        "import sys\nsys.modules['Pyro4'] = None\nimport microscope_frames as mf\n"
        "print(mf.Device(sys.argv[1]).get_is_enabled())\nmf.FrameClient(sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, bench("Camera")],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SOURCE)},
        timeout=PATIENCE,
    )
    assert done.stdout == "False\n" and "pip install Pyro4" in done.stderr, done.stderr


def test_both_ways_side_by_side(serve):
    """A client of Pyro's and any number of new ones see the same frames of one camera; no one notices the others."""
    uri = serve([{**CAMERA, "driver": "prebuilt-camera"}]).uri("Camera")
    old = microscope.clients.DataClient(uri)
    new = [mf.FrameClient(uri, shared_memory=shared, timeout=PATIENCE) for shared in (True, False, True)]
    old.enable()
    for expected in range(20):
        assert number(old.trigger_and_wait()[0]) == expected
        assert [number(client.next().image) for client in new] == [expected] * 3
    for client in new:
        client.close()
    assert number(old.trigger_and_wait()[0]) == 20
    old.disable()


def test_free_run(serve):
    """Any number of viewers, each with its own wish."""
    uri = serve([{**CAMERA, "driver": "prebuilt-camera"}]).uri("Camera")
    everything = mf.FrameClient(uri, timeout=PATIENCE, queue=1024, hold=600)
    viewers = [mf.FrameClient(uri, policy="newest", timeout=PATIENCE) for _ in range(4)]
    everything.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    everything.set_exposure_time(0.01)
    everything.enable()
    numbers = []
    for frame in itertools.islice(everything, 100):
        numbers.append(frame.number)
        for viewer in viewers:
            assert viewer.newest().number >= frame.number
    assert numbers == list(range(numbers[0], numbers[0] + 100)) and everything.lost == 0
    for client in [everything, *viewers]:
        client.close()
