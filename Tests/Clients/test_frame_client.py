"""microscope_frames.FrameClient on cameras of this server: in shared memory, and on a connection of its own."""

import asyncio
import gc
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading

import numpy
import pytest
from microscope import DisabledDeviceError, TriggerMode, TriggerType

from certificates import Authority
from frame_clients import SOURCE, WAYS, number
from servers import free_port
from test_composites import STAGE
from waiting import PATIENCE, eventually

import microscope_frames as mf

CAMERA = {"name": "Camera", "port": 0, "driver": "prebuilt-camera", "conf": {"sensor_shape": [64, 48]}}
TIMED = {"name": "Camera", "port": 0, "driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}


@pytest.fixture(params=WAYS)
def way(request):
    """Each way to a server of ours."""
    return request.param


@pytest.fixture
def open_client(way):
    """Makes clients that come by one way and give up instead of waiting for ever, and closes them."""
    clients = []

    def open_one(uri, **options):
        client = mf.FrameClient(uri, **{"shared_memory": WAYS[way], "timeout": PATIENCE, **options})
        clients.append(client)
        assert client.way == way, client.reason
        return client

    yield open_one
    for client in clients:
        client.close()


def run_freely(client, period=0.002):
    client.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    client.set_exposure_time(period)
    client.enable()


# MARK: Frames


def test_every_frame_in_order(serve, open_client):
    """An iteration gives each frame once: its pixels, its number, its time, and nothing lost."""
    client = open_client(serve([CAMERA]).uri("Camera"))
    client.enable()
    client.trigger()
    seen = []
    for frame in itertools.islice(client, 200):
        seen.append((frame.number, number(frame.image), frame.lost, frame.timestamp))
        client.trigger()
    numbers, contents, lost, times = zip(*seen)
    assert numbers == tuple(range(numbers[0], numbers[0] + 200)) and contents == tuple(range(200))
    assert not any(lost) and client.lost == 0 and sorted(times) == list(times)


def test_what_is_known_of_a_frame(serve, open_client):
    """ROI, binning, transform, exposure time and the trigger come with a frame, as they were when it was taken."""
    client = open_client(serve([TIMED]).uri("Camera"), settings=True)
    client.set_exposure_time(0.003)
    client.set_roi((8, 4, 32, 16))
    client.set_transform((True, False, False))
    client.enable()
    frame = client.trigger_and_wait()
    assert (frame.image.shape, frame.image.dtype) == ((16, 32), numpy.dtype("uint8"))
    assert tuple(frame.roi) == (8, 4, 32, 16) and tuple(frame.binning) == (1, 1)
    assert frame.transform == (True, False, False) and frame.exposure_time == 0.003
    client.set_setting("gain", 7)
    frame = client.trigger_and_wait()
    assert ("set_setting", ("gain", 7)) in [(name, tuple(arguments)) for name, arguments in frame.changes]


def test_images_are_read_only(serve, open_client):
    """Nobody writes into an image, nor makes it writable; a copy is the program's own."""
    client = open_client(serve([CAMERA]).uri("Camera"))
    client.enable()
    image = client.trigger_and_wait().image
    with pytest.raises(ValueError):
        image[0, 0] = 1
    with pytest.raises(ValueError):
        image.flags.writeable = True
    image.copy()[0, 0] = 1


def test_images_stay_while_they_are_referenced(serve, open_client):
    """An image keeps its pixels while later ones come, for as long as it, or a view of a view of it, is there."""
    client = open_client(serve([CAMERA]).uri("Camera"), hold=8)
    client.enable()
    kept = []
    for _ in range(6):
        frame = client.trigger_and_wait()
        kept.append(frame.image.reshape(-1)[:4].view("<u8"))
        del frame
    for _ in range(50):
        client.trigger_and_wait()
    assert [int(view[0]) for view in kept] == list(range(6))


def test_images_stay_when_the_client_is_closed(serve, open_client):
    """What a program still shows does not change when it closes the client."""
    server = serve([CAMERA])
    client, other = (open_client(server.uri("Camera")) for _ in range(2))
    client.enable()
    image = client.trigger_and_wait().image
    client.close()
    for _ in range(100):
        other.trigger_and_wait()
    assert number(image) == 0


def test_who_keeps_too_many_images_is_helped(serve):
    """Who keeps all images that it may gets no more, and reads why; frames are there again when some are released."""
    client = mf.FrameClient(serve([CAMERA]).uri("Camera"), hold=4, timeout=PATIENCE)
    with client:
        client.enable()
        kept = [client.trigger_and_wait() for _ in range(4)]
        client.trigger()
        with pytest.raises(mf.Timeout, match="keeps 4 images, as many as it may; keep copies"):
            client.next(timeout=0.3)
        kept.clear()
        assert number(client.next().image) == 4


def test_newest(serve, open_client):
    """A live view gets what is now, however long it was busy, and nothing of that counts as lost."""
    uri = serve([CAMERA]).uri("Camera")
    client, control = open_client(uri, policy="newest"), mf.Device(uri)
    control.enable()
    seen = []
    for count in (1, 5, 40):
        for _ in range(count):
            control.trigger()
        # Triggers are answered before their frames are there.
        eventually(lambda: client.counts()["number"] >= sum((1, 5, 40)[: len(seen) + 1]), "the camera has sent them")
        seen.append(number(client.newest().image))
    assert seen == [0, 5, 45] and client.lost == 0


def test_newest_of_all(serve, open_client):
    """Who takes all may jump to the latest."""
    client = open_client(serve([CAMERA]).uri("Camera"))
    client.enable()
    for _ in range(20):
        client.trigger()
    frame = eventually(lambda: (lambda f: f if number(f.image) == 19 else None)(client.newest()), "the last one")
    assert client.lost == 0 and frame.lost == 0


def test_frames_beyond_the_queue_are_counted(serve, open_client):
    """A program that was busy for too long has lost the oldest: the next frame says how many."""
    client = open_client(serve([CAMERA]).uri("Camera"), queue=4, hold=2)
    client.enable()
    first = client.trigger_and_wait()
    del first
    for _ in range(60):
        client.trigger()
    frames = []
    while not frames or number(frames[-1]) != 60:
        frame = client.next()
        frames.append(frame.image.copy())
        del frame
    received = [number(image) for image in frames]
    assert received == sorted(received) and client.lost == 60 - len(received)


def test_time_limits(serve, open_client):
    """Waiting ends after the limit, and says what is known of the reason."""
    client = open_client(serve([CAMERA]).uri("Camera"))
    with pytest.raises(mf.Timeout, match=r"sent nothing within 0.2 s: the device is disabled"):
        client.next(timeout=0.2)
    client.enable()
    with pytest.raises(TimeoutError, match=r"sent nothing within 0.2 s$"):
        client.next(timeout=0.2)
    assert number(client.trigger_and_wait().image) == 0


def test_asyncio(serve, open_client):
    """A task iterates while others run."""
    client = open_client(serve([CAMERA]).uri("Camera"))

    async def read():
        numbers, ticks = [], 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.001)

        async with client:
            ticking = asyncio.ensure_future(tick())
            await asyncio.get_running_loop().run_in_executor(None, run_freely, client)
            async for frame in client:
                numbers.append(number(frame.image))
                if len(numbers) == 50:
                    break
            ticking.cancel()
        assert [frame async for frame in client] == []
        return numbers, ticks

    numbers, ticks = asyncio.run(read())
    assert numbers == list(range(50)) and ticks > 3


def test_asyncio_time_limit(serve, open_client):
    """A task waits for no longer than the client's limit."""
    client = open_client(serve([CAMERA]).uri("Camera"), timeout=0.2)

    async def read():
        async for _ in client:
            pass

    with pytest.raises(mf.Timeout):
        asyncio.run(read())


def test_threads(serve, open_client):
    """Several threads share a client: each frame goes to one of them, and images are released in any."""
    client = open_client(serve([CAMERA]).uri("Camera"), queue=512)
    found, done = [], threading.Event()

    def read():
        while not done.is_set():
            try:
                found.append(number(client.next(timeout=0.2).image))
            except mf.Timeout:
                pass

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    control = mf.Device(client._device._uri)
    control.enable()
    for _ in range(300):
        control.trigger()
    eventually(lambda: len(found) == 300, "all frames have been taken")
    done.set()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(300))


def test_closing_ends_an_iteration(serve, open_client):
    """A loop in another thread ends when the client is closed."""
    client = open_client(serve([CAMERA]).uri("Camera"), timeout=None)
    entered, ended = threading.Event(), threading.Event()

    def read():
        entered.set()
        for _ in client:
            pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    entered.wait()
    client.close()
    assert ended.wait(PATIENCE)
    with pytest.raises(mf.Closed):
        client.next()


def test_clients_that_come_and_go(serve, open_client):
    """200 clients leave no descriptor behind, neither here nor in the server, and images keep none."""
    server = serve([CAMERA])
    uri = server.uri("Camera")
    stays = open_client(uri)
    stays.enable()
    (worker,) = server.workers

    def descriptors(pid):
        return len(os.listdir("/proc/%s/fd" % pid))

    frame = stays.trigger_and_wait()
    here, there = descriptors("self"), descriptors(worker)
    for index in range(200):
        client = open_client(uri, hold=2)
        if index % 2:
            assert client.trigger_and_wait().image.shape == frame.image.shape
            stays.next()
        client.close()
    # A few slots may have become memory of their own meanwhile.
    eventually(lambda: descriptors("self") <= here + 4, "no descriptor is left here")
    eventually(lambda: descriptors(worker) <= there + 40, "no descriptor is left in the server")


def test_fork(serve, open_client):
    """A child process sees the images that there are, and gives nothing back that the parent holds."""
    client = open_client(serve([CAMERA]).uri("Camera"), hold=2)
    client.enable()
    image = client.trigger_and_wait().image
    child = os.fork()
    if not child:
        status = number(image)
        del image
        gc.collect()
        os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    for expected in range(1, 20):
        assert number(client.trigger_and_wait().image) == expected
    assert number(image) == 0


# MARK: The device


def test_the_device_is_there_too(serve, open_client):
    """Methods, properties and errors of the device are those that Pyro's clients know."""
    client = open_client(serve([TIMED, {"name": "Stage", "port": 0, **STAGE}]).uri("Camera"))
    assert client.get_sensor_shape() == (64, 48) and client.trigger_type is TriggerType.SOFTWARE
    assert tuple(client.get_roi()) == (0, 0, 64, 48) and client.get_roi().width == 64
    client.set_trigger(TriggerType.SOFTWARE, TriggerMode.ONCE)
    with pytest.raises(DisabledDeviceError):
        client.trigger()
    with pytest.raises(AttributeError, match="has no member 'nonsense'"):
        client.nonsense()
    with pytest.raises(AttributeError, match="has no property 'gain'"):
        client.gain = 3
    with pytest.raises(TypeError):
        client.set_exposure_time()
    assert {"trigger", "set_roi", "trigger_type", "newest"} <= set(dir(client))


def test_properties_can_be_set(serve):
    """A device alone: properties, parts, arrays."""
    server = serve(
        [
            {"name": "Laser", "port": 0, "driver": "simulated-light-source"},
            {"name": "Stage", "port": 0, **STAGE},
            {"name": "Mirror", "port": 0, "driver": "simulated-deformable-mirror", "conf": {"n_actuators": 5}},
        ]
    )
    laser, stage, mirror = (mf.Device(server.uri(name)) for name in ("Laser", "Stage", "Mirror"))
    laser.power = 0.5
    assert laser.get_set_power() == 0.5
    stage.axes["x"].move_to(20)
    assert stage.position["x"] == 20.0 and stage.axes["y"].limits.upper == 100
    mirror.apply_pattern(numpy.linspace(0, 1, 5))
    numpy.testing.assert_allclose(mirror.get_current_pattern(), [0, 0.25, 0.5, 0.75, 1])


def test_values(serve, open_client):
    """Value loggers and digital lines send values, with number and time."""
    server = serve([{"name": "Thermometer", "port": 0, "driver": "simulated-value-logger", "conf": {"numSensors": 3}}])
    with open_client(server.uri("Thermometer")) as client:
        client.enable()
        first, second = client.next(), client.next()
    assert len(first.value) == 3 and second.number == first.number + 1 and second.timestamp > first.timestamp


# MARK: Interruptions


def test_worker_that_is_killed(serve, open_client):
    """After kill -9 of the worker frames come again at the same client, which says how many it has missed."""
    server = serve([CAMERA])
    client = open_client(server.uri("Camera"))
    run_freely(client, 0.005)
    before = [client.next() for _ in range(20)][-1]
    (worker,) = server.workers
    os.kill(worker, signal.SIGKILL)
    frame = client.next()
    while frame.gap is None:
        before, frame = frame, client.next()
    assert frame.gap.exact and frame.gap.frames == frame.lost == frame.number - before.number - 1
    assert client.gaps == [frame.gap] and client.lost == frame.lost
    assert frame.gap.seconds < PATIENCE and frame.gap.reason
    assert [client.next().number for _ in range(20)] == list(range(frame.number + 1, frame.number + 21))
    # What was seen before can still be looked at.
    assert before.image.shape == (48, 64) and number(before.image) >= 19


def test_server_that_is_started_again(serve, open_client, tmp_path):
    """A whole server that ends and is started again is found again; its frames count anew."""
    port = free_port()
    devices = [{**CAMERA, "port": port}]
    server = serve(devices)
    client = open_client(server.uri("Camera"))
    client.enable()
    for _ in range(5):
        client.trigger_and_wait()
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    with pytest.raises(mf.Timeout, match="the server has been away for .*nothing listens there"):
        client.next(timeout=0.3)
    serve(devices).uri("Camera")
    client.enable()
    frame = client.trigger_and_wait()
    assert frame.gap is not None and not frame.gap.exact and "the server" in frame.gap.reason


def test_giving_up(serve, open_client):
    """With a limit for that, a client gives a server up."""
    server = serve([CAMERA])
    client = open_client(server.uri("Camera"), reconnect=0.2)
    client.enable()
    client.trigger_and_wait()
    server.kill()
    with pytest.raises(mf.Unreachable, match="nothing listens there"):
        client.next()


def test_asyncio_after_an_interruption(serve, open_client):
    """A task goes on with the worker's successor."""
    server = serve([CAMERA])
    client = open_client(server.uri("Camera"))
    run_freely(client, 0.005)

    async def read():
        count = 0
        async for frame in client:
            count += 1
            if count == 10:
                os.kill(*server.workers, signal.SIGKILL)
            if frame.gap:
                return frame

    assert asyncio.run(asyncio.wait_for(read(), PATIENCE)).gap.frames >= 0


# MARK: What can be wrong


@pytest.mark.parametrize(
    "uri, error, text",
    [
        ("Camera@127.0.0.1:1", mf.FrameError, "is not the URI of a device; it looks like PYRO:Camera@scope-pc:8001"),
        ("PYRO:Camera@127.0.0.1:99999", mf.FrameError, "there is no port 99999"),
        ("PYRO:Camera@127.0.0.1:1", mf.Unreachable, "cannot connect to 127.0.0.1:1: nothing listens there"),
        ("PYRO:Camera@no-such-host.invalid:1", mf.Unreachable, "cannot connect to no-such-host.invalid:1"),
        ("MDNS:Camera", mf.NotSupported, "devicectl list --mdns"),
    ],
)
def test_addresses(uri, error, text):
    """What is wrong with an address is said at once."""
    with pytest.raises(error, match=text):
        mf.FrameClient(uri)


def test_devices_that_are_not_there(serve):
    """So is what is wrong with the device."""
    server = serve([CAMERA, {"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel", "conf": {"positions": 2}}])
    place = server.uri("Camera").partition("@")[2]
    with pytest.raises(mf.NoSuchDevice, match="the server at %s has no device 'Camara'" % place):
        mf.FrameClient("PYRO:Camara@" + place)
    with pytest.raises(mf.NotSupported, match="sends no frames"):
        mf.FrameClient(server.uri("Wheel"))
    with pytest.raises(ValueError, match="policy is 'all' or 'newest'"):
        mf.FrameClient(server.uri("Camera"), policy="some")
    with pytest.raises(mf.Refused, match="queue"):
        mf.FrameClient(server.uri("Camera"), queue=-3)


def test_a_port_that_is_not_pyros():
    """A port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            connection, _ = other.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(mf.ProtocolError, match="is not a server of Pyro4's protocol"):
            mf.FrameClient("PYRO:Camera@127.0.0.1:%d" % other.getsockname()[1])


def test_more_subscribers_than_allowed(serve):
    """The server's reason is passed on."""
    uri = serve([CAMERA], pyro={"max_connections": 1000}).uri("Camera")
    limit = mf.Device(uri).frames_offer()["subscribers"]
    clients = [mf.FrameClient(uri, hold=1) for _ in range(limit)]
    with pytest.raises(mf.Refused, match="subscri|no free workers"):
        mf.FrameClient(uri)
    clients.pop().close()
    eventually(lambda: _opens(uri), "there is room again")
    for client in clients:
        client.close()


def _opens(uri):
    try:
        mf.FrameClient(uri).close()
        return True
    except mf.Refused:
        return False


# MARK: Keys, TLS, names


def test_key(serve, open_client, monkeypatch):
    """Frames of a server with an HMAC key: the key is given, or stands in the variable that devicectl reads."""
    uri = serve([CAMERA], pyro={"hmac_key": "s3cret"}).uri("Camera")
    with pytest.raises(mf.FrameError, match="hmac_key=…, or in the variable PYRO_HMAC_KEY"):
        mf.FrameClient(uri)
    with pytest.raises(mf.FrameError):
        mf.FrameClient(uri, hmac_key="other")
    monkeypatch.setenv("PYRO_HMAC_KEY", "s3cret")
    for options in ({}, {"hmac_key": b"s3cret"}):
        client = open_client(uri, **options)
        client.enable()
        for _ in range(20):
            client.trigger_and_wait()
        client.disable()


def test_tls(serve, open_client, tmp_path, monkeypatch):
    """Frames over TLS, with the authority in Pyro's variables or in a context."""
    import ssl

    authority = Authority(tmp_path / "lab")
    certificate, key = authority.certify("scope-pc")
    server = serve(
        [{**CAMERA, "conf": {"sensor_shape": [1024, 512]}}],
        pyro={"ssl": {"certificate": str(certificate), "key": str(key)}},
    )
    uri = server.uri("Camera")
    with pytest.raises(mf.FrameError, match="requires SSL"):
        mf.FrameClient(uri)
    context = ssl.create_default_context(cafile=str(authority.file))
    clients = [open_client(uri, ssl=context)]
    monkeypatch.setenv("PYRO_SSL", "1")
    monkeypatch.setenv("PYRO_SSL_CACERTS", str(authority.file))
    clients.append(open_client(uri))
    clients[0].enable()
    for expected in range(20):
        clients[0].trigger()
        for client in clients:
            assert number(client.next().image) == expected


def test_compression(serve, open_client):
    """Compressed pixels arrive as they were."""
    uri = serve([CAMERA]).uri("Camera")
    plain, packed = open_client(uri), open_client(uri, compress="always")
    plain.enable()
    for _ in range(10):
        plain.trigger()
        assert (plain.next().image == packed.next().image).all()


def test_name_server(serve, open_client, monkeypatch):
    """A device is found by its name at a name server."""
    from servers import NameServer

    names = NameServer()
    try:
        names.register("Camera", serve([CAMERA]).uri("Camera"))
        client = open_client("PYRONAME:Camera@" + names.place)
        client.enable()
        assert number(client.trigger_and_wait().image) == 0
        with pytest.raises(mf.NoSuchDevice, match="does not know 'Other'"):
            mf.FrameClient("PYRONAME:Other@" + names.place)
    finally:
        names.kill()


def test_stopped_client_loses_its_own_frames_alone(serve, open_client):
    """A viewer that is stopped loses frames of its own, and no other client loses one."""
    uri = serve([CAMERA]).uri("Camera")
    client = open_client(uri, queue=512)
    code = (
        "import sys, microscope_frames as mf\nc = mf.FrameClient(sys.argv[1], queue=4, hold=2)\nprint(c.next().number, flush=True)\n"
        "for f in c: pass"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, uri], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SOURCE)}
    )
    try:
        client.enable()
        while not _line(other, client):
            pass
        other.send_signal(signal.SIGSTOP)
        client._discard()
        first = client.trigger_and_wait().number
        assert [client.trigger_and_wait().number for _ in range(300)] == list(range(first + 1, first + 301))
        assert client.lost == 0
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def _line(other, client):
    """Triggers until the other program has had a frame."""
    import select

    client.trigger()
    client.next()
    return select.select([other.stdout], [], [], 0.05)[0]
