"""Aravis' own programs: its tools on our simulated camera, and its simulated camera under our driver."""
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from conftest import BIN

TOOLS = ("arv-tool-0.8", "arv-camera-test-0.8", "arv-fake-gv-camera-0.8")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="aravis-tools are not installed")


@pytest.fixture
def camera():
    """The address of our camera, in a process of its own."""
    process = subprocess.Popen([BIN / "simulated-gige", "sfnc", "WIT-1"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().split()[0]
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def tool(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def test_arv_tool_reads_and_writes_the_simulation(camera):
    read = tool("arv-tool-0.8", "-a", camera, "control", "DeviceSerialNumber", "PayloadSize", "Gain=12", "Gain")
    assert "WIT-1" in read
    assert "PayloadSize = 1048576" in read
    assert re.search(r"Gain = 12\b", read)
    features = tool("arv-tool-0.8", "-a", camera, "features")
    assert {"ExposureTime", "LineMode", "TriggerSource", "PixelFormat"} <= set(re.findall(r"\w+", features))


def test_arv_camera_test_takes_images(camera):
    """Software triggers and free run; no image is broken."""
    images = tool("arv-camera-test-0.8", "-n", camera, "-d", "3", "-e", "1000", "-w", "256", "-h", "256", "-f", "50")
    assert re.search(r"n_completed_buffers\s*= [1-9]", images), images
    assert re.search(r"n_failures\s*= 0\b", images), images


def test_driver_with_the_simulated_camera_of_aravis(tmp_path):
    """Our server takes images from the camera that Aravis simulates, opened by its address."""
    address = "127.0.0.77"
    fake = subprocess.Popen(["arv-fake-gv-camera-0.8", "-i", address, "-s", "GV77"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    config = tmp_path / "fake.yaml"
    config.write_text("devices: [{name: Fake, driver: genicam, port: 0, conf: {address: %s, serial: GV77}}]" % address)
    log = tmp_path / "log"
    with open(log, "w") as output:
        server = subprocess.Popen([BIN / "device-server", config], stdout=output, stderr=output)
        try:
            end = time.monotonic() + 60
            while not (found := re.search(r"PYRO:Fake@\S+", log.read_text())):
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            program = ("import sys, Pyro4; p = Pyro4.Proxy(sys.argv[1]); print(p.get_sensor_shape(), "
                       "p.get_setting('PixelFormat'), p.get_exposure_time())")
            done = subprocess.run([sys.executable, "-c", program, found[0]], capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "PYRO_SERIALIZER": "pickle"})
            assert "2048" in done.stdout, done.stderr
        finally:
            server.terminate()
            server.wait()
            fake.kill()
            fake.wait()
