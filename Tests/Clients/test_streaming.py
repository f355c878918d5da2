"""Frames on their way from cameras to clients."""
import hashlib
import itertools
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import microscope
import numpy
import Pyro4
import pytest
from microscope import TriggerMode, TriggerType
from microscope.clients import Client, DataClient

from receivers import Blocked, Listener, Put
from waiting import PATIENCE, eventually

# What a server keeps for a client that is slow, unless told otherwise.
QUEUE = 32


def number(frame):
    """The number that a prebuilt camera writes into its frames."""
    return int(numpy.ascontiguousarray(frame).reshape(-1)[:4].view("<u8")[0])


def next_of(client, within=PATIENCE):
    """What a DataClient receives next; its own methods wait for ever."""
    return client._buffer.get(timeout=within)


@pytest.fixture
def camera(make):
    """A camera with frames made beforehand, of 2048 × 2048 pixels of 16 bits, and numbered."""
    return make("prebuilt-camera", sensor_shape=[2048, 2048], ring=2)


@pytest.fixture
def small(make):
    """A camera with numbered frames of few pixels, of which none is lost while other programs have the processors."""
    return make("prebuilt-camera", sensor_shape=[64, 48], buffer_length=2000)


# MARK: microscope.clients


def test_trigger_and_wait(make):
    """DataClient.trigger_and_wait gives the image and the time at which it was taken."""
    device = make("simulated-camera", sensor_shape=[2048, 2048])
    device.set_setting("image data type", 1)
    device.set_exposure_time(0.02)
    client = DataClient(str(device._pyroUri))
    client.enable()
    for _ in range(3):
        before = time.time()
        image, timestamp = client.trigger_and_wait()
        assert (image.shape, image.dtype, image.flags.writeable) == ((2048, 2048), numpy.uint16, True)
        assert type(timestamp) is float and before + 0.02 <= timestamp <= time.time()
    client.disable()


def test_frames_come_in_order_and_whole(camera):
    """A stream of large frames reaches a DataClient without one lost, doubled, damaged or out of its turn."""
    client = DataClient(str(camera._pyroUri))
    client.enable()
    contents = set()
    for count in range(0, 48, 8):
        for _ in range(8):
            client.trigger()
        for expected in range(count, count + 8):
            frame, _ = next_of(client)
            assert (frame.shape, frame.dtype, number(frame)) == ((2048, 2048), numpy.uint16, expected)
            contents.add(hashlib.sha1(frame.reshape(-1)[4:]).digest())
    # The camera hands out frames that it made beforehand: one that is damaged would be another.
    assert len(contents) == 2
    client.disable()


def test_free_running_camera(small):
    """A camera that nobody triggers fills a client with numbered frames for as long as it is enabled."""
    small.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    small.set_exposure_time(0.005)
    with Listener() as listener:
        small.set_client(listener.uri)
        small.enable()
        assert [number(frame) for frame, _ in listener.take(100)] == list(range(100))
        small.disable()
        small.enable()
        # After what was still on its way, it counts anew.
        while number(listener.next()[0]) != 0:
            pass
        small.disable()


def test_camera_that_is_as_fast_as_its_client(small):
    """A camera that makes frames on demand, with no period, makes no more than its client takes."""
    small.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    with Listener() as listener:
        small.set_client(listener.uri)
        small.enable()
        assert [number(frame) for frame, _ in listener.take(500)] == list(range(500))
        small.disable()


def test_enabling_begins_anew(small):
    """After disable there is nothing to come any more, and enabling begins anew."""
    with Listener() as listener:
        small.set_client(listener.uri)
        small.enable()
        small.trigger()
        listener.next()
        small.disable()
        small.enable()
        small.trigger()
        assert number(listener.next()[0]) == 0
        assert listener.arrived.empty()


def test_client_reads_properties_once(make):
    """microscope.clients.Client shows the values that properties had when it was made; methods ask the device."""
    device = make("simulated-light-source")
    device.enable()
    device.power = 0.5
    client = Client(str(device._pyroUri))
    assert client.power == 0.5 and client.enabled is True
    device.power = 0.25
    assert client.power == 0.5 and client.get_set_power() == 0.25


# MARK: Who gets the data


def test_the_client_that_came_last_gets_the_data(small):
    """Clients stand on a stack, and None takes the top one off."""
    with Listener() as first, Listener() as second:
        small.enable()
        small.set_client(first.uri)
        small.trigger()
        first.next()
        small.set_client(second.uri)
        small.trigger()
        assert number(second.next()[0]) == 1
        small.set_client(None)
        small.trigger()
        assert number(first.next()[0]) == 2
        small.set_client(None)
        small.trigger()
        with Listener() as third:
            small.receiveClient(str(third.uri))
            small.trigger()
            # What was triggered while nobody was there is not kept for anybody.
            assert eventually(lambda: third.next(), "a frame") and first.arrived.empty() and second.arrived.empty()


def test_popping_nobody_is_no_error(small):
    """Taking off a client that is not there does nothing: it may have been dropped as dead just before."""
    assert small.set_client(None) is None
    assert small.receiveClient(None) is None


def test_a_client_twice(small):
    """A client that registers twice gets each frame once, and stays until it is taken off twice."""
    with Listener() as other, Listener() as client:
        small.set_client(other.uri)
        small.set_client(client.uri)
        small.set_client(client.uri)
        small.enable()
        for count in range(2):
            small.trigger()
            assert number(client.next()[0]) == count
            small.set_client(None)
        small.trigger()
        assert number(other.next()[0]) == 2
        assert client.arrived.empty()


def test_two_data_clients_at_once(camera):
    """Two programs use a camera: each triggers, and whoever registered last gets all frames."""
    first, second = (DataClient(str(camera._pyroUri)) for _ in range(2))
    first.enable()
    first.trigger()
    assert number(next_of(first)[0]) == 0
    second.set_client(second._client_uri)
    threads = [threading.Thread(target=lambda client=client: [client.trigger() for _ in range(8)])
               for client in (first, second)]
    for thread in threads:
        thread.start()
    assert [number(next_of(second)[0]) for _ in range(16)] == list(range(1, 17))
    for thread in threads:
        thread.join(PATIENCE)
    assert first._buffer.empty()
    second.set_client(None)
    second.trigger()
    assert number(next_of(first)[0]) == 17
    first.disable()


@pytest.mark.parametrize("form", [Pyro4.URI, str, Pyro4.Proxy])
def test_ways_to_name_a_client(small, form):
    """A client is named by a URI object (DataClient, the GUI), by its text (Cockpit), or by a proxy."""
    with Listener() as listener:
        small.set_client(form(listener.uri))
        small.enable()
        small.trigger()
        frame, timestamp = listener.next()
        assert frame.shape == (48, 64) and abs(time.time() - timestamp) < PATIENCE


def test_what_is_no_client(small):
    """What cannot be a client is refused at once, not when there is a frame for it."""
    for wrong in (3, "no uri", "PYRONAME:mui"):
        with pytest.raises(Exception):
            small.set_client(wrong)


def test_queue_of_the_gui(small):
    """An object with `put` gets the frame alone, without the time."""
    with Put() as client:
        small.set_client(client.uri)
        small.enable()
        for count in range(3):
            small.trigger()
            (frame,), keywords = client.next()
            assert (frame.shape, number(frame), keywords) == ((48, 64), count, {})


# MARK: Clients that are slow, or gone


def test_slow_client_costs_only_itself(camera, test_server, connect):
    """While a client does not read, the camera answers, another client gets frames, and what is lost is counted."""
    total, since = 100, len(test_server.lines)
    with Blocked() as slow, Listener() as quick:
        camera.set_client(slow.uri)
        camera.enable()
        camera.trigger()
        assert slow.entered.wait(PATIENCE)
        longest = max(timed(camera.trigger) for _ in range(total - 1))
        assert longest < 1, "a trigger waited for a client"
        who = re.escape(str(slow.uri))
        test_server.wait_for(r"client %s is too slow: 1 data lost" % who, since=since)
        test_server.wait_for(r"client %s is too slow: 10 data lost" % who, since=since)
        camera.set_client(quick.uri)
        connect(camera._pyroUri).trigger()
        quicks = [number(quick.next()[0])]
        while quicks[-1] != total:
            quicks.append(number(quick.next()[0]))
        assert quicks == list(range(quicks[0], total + 1))
        camera.set_client(None)
        slow.release.set()
        last = quicks[0] - 1
        slows = [number(slow.next()[0])]
        while slows[-1] != last:
            slows.append(number(slow.next()[0]))
        # The newest are kept, as many as the queue holds; none comes twice.
        assert slows == sorted(set(slows)) and slows[-QUEUE:] == list(range(last - QUEUE + 1, last + 1))
        assert len(slows) <= last + 1 - 10


def test_client_killed_in_the_middle_of_a_stream(make, test_server):
    """A client that is killed is forgotten; the camera goes on, and the client before it gets the frames again."""
    camera = make("prebuilt-camera", sensor_shape=[2048, 2048], ring=2, buffer_length=200)
    since = len(test_server.lines)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    camera.set_exposure_time(0.01)
    program = [sys.executable, Path(__file__).with_name("sigkilled_client.py"), str(camera._pyroUri)]
    with Listener() as before, subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as killed:
        try:
            camera.set_client(before.uri)
            assert killed.stdout.readline() == "registered\n"
            camera.enable()
            for _ in range(5):
                assert killed.stdout.readline() == "frame\n"
            assert before.arrived.empty()
        finally:
            os.kill(killed.pid, signal.SIGKILL)
        numbers = [number(frame) for frame, _ in before.take(20)]
        assert numbers == list(range(numbers[0], numbers[0] + 20)) and numbers[0] >= 5
        test_server.wait_for(r"client \S+ is gone", since=since)
        assert timed(camera.get_exposure_time) < 1
        camera.disable()


def test_client_that_raises_is_kept(small):
    """What goes wrong in a client's own code is its own affair: it gets the next frame as well."""
    attempts = itertools.count()

    def fail(_):
        if next(attempts) == 0:
            raise RuntimeError("client's own problem")

    with Listener(fail) as listener:
        small.set_client(listener.uri)
        small.enable()
        small.trigger()
        small.trigger()
        assert number(listener.next()[0]) == 1


def test_shutdown_of_a_streaming_camera(make, factory):
    """A camera can be shut down while it streams, and its clients just get no more frames."""
    camera = make("prebuilt-camera", sensor_shape=[64, 48])
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        listener.next()
        camera.shutdown()
        assert camera.get_is_enabled() is False


# MARK: grab_next_data


def test_grab(small):
    """grab_next_data triggers, and gives the frame and its time."""
    small.enable()
    for count in range(3):
        frame, timestamp = small.grab_next_data()
        assert number(frame) == count and type(timestamp) is float


def test_grab_without_a_trigger(small, connect):
    """grab_next_data(False) waits for whoever else triggers."""
    small.enable()
    with waiting_for(connect(small._pyroUri).grab_next_data, False) as grabbed:
        # There is no way to see that it waits: trigger until it has what it waits for.
        eventually(lambda: small.trigger() or not grabbed.empty(), "a frame was grabbed")
        assert grabbed.get()[0].shape == (48, 64)


def test_grab_from_several_connections(small, connect):
    """Connections that grab one after the other, and then all at once, all get what they wait for."""
    small.enable()
    connections = [connect(small._pyroUri) for _ in range(4)]
    for connection in connections * 2:
        assert connection.grab_next_data()[0].shape == (48, 64)
    for _ in range(25):
        with waiting_for(connections[0].grab_next_data) as one, waiting_for(connections[1].grab_next_data) as two:
            assert result(one)[0].shape == result(two)[0].shape == (48, 64)


def test_grab_leaves_the_clients_alone(small):
    """A frame that is grabbed goes to the one who grabs; the next goes to the client again."""
    with Listener() as listener:
        small.set_client(listener.uri)
        small.enable()
        assert number(small.grab_next_data()[0]) == 0
        small.trigger()
        assert number(listener.next()[0]) == 1


def test_grab_while_disabled(small):
    """Without frames to come, grabbing is refused."""
    with pytest.raises(microscope.DisabledDeviceError, match="Camera not enabled."):
        small.grab_next_data()
    small.enable()
    small.grab_next_data()
    small.disable()
    with pytest.raises(microscope.DisabledDeviceError):
        small.grab_next_data()


def test_grab_ends_when_the_camera_is_disabled(small, connect):
    """Who waits for a frame when the camera is disabled is told so, and does not wait for ever."""
    small.enable()
    other = connect(small._pyroUri)
    other._pyroBind()
    with waiting_for(other.grab_next_data, False) as grabbed:
        # Disabled too early, it is refused with the same error.
        small.disable()
        with pytest.raises(microscope.DisabledDeviceError):
            result(grabbed)


# MARK: Errors in place of frames


def test_one_error_for_one_trigger(make):
    """A trigger that fails gives one exception in place of one image, and the next trigger is another matter."""
    camera = make("simulated-camera", sensor_shape=[64, 48], realistic_timing=False)
    camera.set_setting("_error_percent", 100)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for _ in range(3):
            camera.trigger()
        for error, timestamp in listener.take(3):
            assert type(error) is Exception and type(timestamp) is float
            assert error.args == ("Exception raised in SimulatedCamera._fetch_data",)
        camera.set_setting("_error_percent", 0)
        camera.trigger()
        assert listener.next()[0].shape == (48, 64)
        assert listener.arrived.empty()


def test_error_for_who_grabs(make):
    """grab_next_data gives the error as its data."""
    camera = make("simulated-camera", sensor_shape=[64, 48], realistic_timing=False)
    camera.set_setting("_error_percent", 100)
    camera.enable()
    error, timestamp = camera.grab_next_data()
    assert type(error) is Exception and type(timestamp) is float


def timed(call):
    """How many seconds a call takes."""
    start = time.monotonic()
    call()
    return time.monotonic() - start


class waiting_for:
    """Makes a call on another thread; its result, or what it raised, comes in a queue."""

    def __init__(self, function, *arguments):
        self._results = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(function, arguments), daemon=True)

    def _run(self, function, arguments):
        try:
            self._results.put(function(*arguments))
        except Exception as error:
            self._results.put(error)

    def __enter__(self):
        self._thread.start()
        return self._results

    def __exit__(self, *_):
        self._thread.join(PATIENCE)


def result(results):
    """What a call that waits resulted in."""
    value = results.get(timeout=PATIENCE)
    if isinstance(value, Exception):
        raise value
    return value
