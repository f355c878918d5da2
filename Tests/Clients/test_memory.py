"""The memory that frames take while a client has stopped, and afterwards."""
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from microscope import TriggerMode, TriggerType

from receivers import Put
from servers import DeviceServer, write_config
from test_floating import World, andor
from test_supervision import at, worker
from waiting import eventually

# Of a frame of 1024 by 1024 pixels of 16 bits; in MB, as what follows.
FRAME = 2
# The client's queue, the frames on their way, and what pools keep for later.
QUEUE, POOL = 32, 16


def memory(pid):
    """The resident memory of a process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/%d/status" % pid).read_text())[1]) / 1024


def run_freely(camera):
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    camera.set_exposure_time(0.002)


def run_by_itself(camera):
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    camera.set_exposure_time(0.002)
    camera.set_roi((0, 0, 1024, 1024))


def trigger_often(camera):
    camera.set_exposure_time(0)
    camera.set_setting("image data type", 1)


def take_images(camera, driver):
    """A hundred, of a camera that takes none by itself."""
    for _ in range(100 if driver == "simulated-camera" else 0):
        camera.trigger()


CAMERAS = {
    "prebuilt-camera": (run_freely, {"sensor_shape": [1024, 1024]}),
    "simulated-camera": (trigger_often, {"sensor_shape": [1024, 1024]}),
    "andor-sdk3": (run_by_itself, None),
}


@pytest.mark.parametrize("driver", CAMERAS)
def test_stopped_client(driver, tmp_path, connect):
    """A client that is stopped costs its queue and no more; once it is gone, the memory is given back within seconds."""
    prepare, conf = CAMERAS[driver]
    world = World(tmp_path).plug_in("VSC-1")
    device = andor("Camera", "VSC-1") if conf is None else at("Camera", {"driver": driver, "conf": conf})
    server = DeviceServer(write_config(tmp_path, [device]), "--simulated", env={**os.environ, **world.environment})
    program = [sys.executable, Path(__file__).with_name("sigkilled_client.py")]
    try:
        uri = server.uri("Camera")
        pid, camera = worker(server, uri), connect(uri)
        prepare(camera)
        with subprocess.Popen([*program, uri], stdout=subprocess.PIPE, text=True) as stopped, Put() as other:
            try:
                assert stopped.stdout.readline() == "registered\n"
                camera.enable()
                take_images(camera, driver)
                assert stopped.stdout.readline() == "frame\n"
                before = memory(pid)
                os.kill(stopped.pid, signal.SIGSTOP)
                take_images(camera, driver)
                server.wait_for("is too slow: 10 data lost")
                # Another client gets the frames while the first one's wait for it.
                camera.set_client(other.uri)
                take_images(camera, driver)
                other.take(60)
                most = memory(pid)
                assert most < before + (2 * QUEUE + 2 * POOL + 16) * FRAME, "%d MB, before %d" % (most, before)
            finally:
                os.kill(stopped.pid, signal.SIGKILL)
            camera.set_client(None)
            camera.disable()
            eventually(lambda: memory(pid) < before + 2 * POOL * FRAME, "memory is given back; at most it was %d" % most)
            print("%s: %d MB, %d with a stopped client, %d after it" % (driver, before, most, memory(pid)))
    finally:
        server.kill()
