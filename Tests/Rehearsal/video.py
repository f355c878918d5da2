"""The driver `v4l2` on the kernel's own test camera, vivid, in the guest; v4l2-ctl of v4l-utils says what the kernel says."""
import grp
import re
import signal
import subprocess
import time

import microscope
import Pyro4
from microscope.clients import DataClient
from servers import DeviceServer, free_port, write_config

# An emulated processor takes its time.
PATIENCE = 60.0
NOBODY = 65534
NODE = "/dev/video0"
SIZE = (320, 180)


def ctl(*arguments):
    """What v4l2-ctl prints."""
    return subprocess.run(["v4l2-ctl", "-d", NODE, *arguments], capture_output=True, text=True, check=True).stdout


def controls():
    """The controls that v4l2-ctl lists, by name: their type, limits and value."""
    rows = {}
    for name, kind, rest in re.findall(r"^ *(\w+) 0x\w+ \((\w+)\) *: ?(.*)$", ctl("--list-ctrls"), re.M):
        rows[name] = (kind, dict(re.findall(r"(\w+)=(\S+)", rest)))
    return rows


def fails(call, *words):
    """Whether a call raises an error of the device, which says all the words."""
    try:
        call()
    except Pyro4.errors.CommunicationError:
        raise
    except Exception as error:
        assert all(word in str(error) for word in words), error
        return True
    return False


def play(folder, say):
    place = folder / "video"
    place.mkdir()
    device = {"name": "camera", "driver": "v4l2", "port": free_port(),
              "conf": {"device": NODE, "pixel_format": "GREY", "frame_size": list(SIZE), "frame_rate": 30}}
    server = DeviceServer(write_config(place, [device]), user=NOBODY, group=NOBODY,
                          extra_groups=[grp.getgrnam("video").gr_gid])
    try:
        show(server, say)
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    check(say)


def show(server, say):
    uri = server.uri("camera", PATIENCE)
    camera = Pyro4.Proxy(uri)
    camera._pyroTimeout = PATIENCE
    compare(camera, say)
    take(uri, camera, say)
    share(camera, say)
    lose(server, uri, camera, say)


def compare(camera, say):
    """Formats, sizes and controls are those that v4l2-ctl lists."""
    listed = {code.replace(" ", "") for code in re.findall(r"'(.{4}(?:-BE)?)' \(", ctl("--list-formats"))}
    ours = {text.split(":")[0] for _, text in camera.describe_setting("pixel_format")["values"]}
    assert {"GREY", "YUYV", "NV12", "Y16", "BA81"} <= ours <= listed, (ours, listed)
    sizes = set(re.findall(r"Size: Discrete (\S+)", ctl("--list-framesizes=GREY")))
    assert {text for _, text in camera.describe_setting("frame_size")["values"]} == sizes
    rows = controls()
    names = {name for name, *_ in camera.describe_settings()} if hasattr(camera, "describe_settings") else set()
    compared = 0
    for name, (kind, numbers) in rows.items():
        if name not in names and kind in ("u8", "u16", "u32", "unknown", "area", "rect"):
            continue
        if not {"min", "max"} <= set(numbers) or kind in ("bitmask", "str"):
            continue
        described = camera.describe_setting(name)
        if kind in ("int", "int64"):
            assert described["values"] == (int(numbers["min"]), int(numbers["max"])), (name, described, numbers)
        if kind in ("int", "int64", "menu", "intmenu") and "flags" not in numbers:
            assert camera.get_setting(name) == int(numbers["value"]), name
        compared += 1
    assert compared > 15, rows
    camera.set_setting("brightness", 99)
    assert controls()["brightness"][1]["value"] == "99"
    subprocess.run(["v4l2-ctl", "-d", NODE, "--set-ctrl=contrast=77"], check=True)
    assert camera.get_setting("contrast") == 77
    camera.set_setting("integer_64_bits", 2 ** 40)
    assert camera.get_setting("integer_64_bits") == 2 ** 40
    limit = camera.describe_setting("string")["values"]
    camera.set_setting("string", "  ab"[:limit])
    assert camera.get_setting("string") == "  ab"[:limit]
    say("v4l2-ctl lists the same formats, sizes and %d controls with their limits and values" % compared)


def take(uri, camera, say):
    """Images by themselves and on triggers, as many as v4l2-ctl takes."""
    client = DataClient(uri)
    client.enable()
    for _ in range(3):
        begin = time.time()
        image, stamp = client.trigger_and_wait()
        assert image.shape == SIZE[::-1] and image.std() > 0
        assert stamp >= begin - 0.001, (stamp, begin)
    client.disable()
    # The two take turns, since one program at a time has the images.
    shown = subprocess.run(["v4l2-ctl", "-d", NODE, "--stream-mmap", "--stream-count=90"], capture_output=True, text=True,
                           check=True)
    rates = re.findall(r"([0-9.]+) fps", shown.stdout + shown.stderr)
    camera.set_trigger(microscope.TriggerType.SOFTWARE, microscope.TriggerMode.STROBE)
    client.enable()
    times = [client._buffer.get(timeout=PATIENCE)[1] for _ in range(90)]
    client.disable()
    rate = (len(times) - 1) / (times[-1] - times[0])
    missed = camera.get_setting("missed_frames")
    assert times == sorted(times) and 20 < rate * (90 + missed) / 90 < 40, (rate, missed)
    say("images come after their triggers, and by themselves %.1f in a second, %d lost; v4l2-ctl takes %s" % (
        rate, missed, rates[-1] if rates else "them as well"))


def share(camera, say):
    """Another program that takes images is named."""
    other = subprocess.Popen(["v4l2-ctl", "-d", NODE, "--stream-mmap", "--stream-count=100000"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, user=NOBODY, group=NOBODY,
                             extra_groups=[grp.getgrnam("video").gr_gid])
    try:
        # It prints a mark for each image.
        assert other.stdout.read(1)
        assert fails(camera.enable, "in use by v4l2-ctl (process %d)" % other.pid)
    finally:
        other.kill()
        other.communicate()
    say("v4l2-ctl, which took images meanwhile, is named")


def lose(server, uri, camera, say):
    """vivid drops images, and acts as if it were unplugged, until all have closed it."""
    camera.set_setting("percentage_of_dropped_buffers", 50)
    client = DataClient(uri)
    before = camera.get_setting("missed_frames")
    client.enable()
    for _ in range(30):
        client._buffer.get(timeout=PATIENCE)
    missed = camera.get_setting("missed_frames") - before
    assert missed >= 5, missed
    camera.set_setting("percentage_of_dropped_buffers", 0)
    say("of 30 images and more that vivid dropped, %d are counted as lost" % missed)
    camera.set_setting("brightness", 111)
    begin = len(server.lines)
    camera.set_setting("disconnect", True)
    server.wait_for(r"lost contact with", PATIENCE, begin)
    server.wait_for(r"is back", PATIENCE, begin)
    while not client._buffer.empty():
        client._buffer.get()
    assert client._buffer.get(timeout=PATIENCE)[0].shape == SIZE[::-1]
    assert camera.get_setting("brightness") == 111
    client.disable()
    say("vivid, unplugged by its own control, was found again and goes on")


def check(say):
    """v4l2-compliance finds the kernel's camera as good after our driver as a fresh one: it is left in order."""
    done = subprocess.run(["v4l2-compliance", "-d", NODE, "-s", "10"], capture_output=True, text=True)
    total = re.search(r"Total for .*: (\d+), Succeeded: (\d+), Failed: (\d+)", done.stdout)
    assert total, done.stdout + done.stderr
    say("v4l2-compliance tries %s things on vivid afterwards, and %s fail" % (total[1], total[3]))


