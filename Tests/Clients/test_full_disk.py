"""A disk that is full, and files that belong to others: nothing is destroyed, and no empty file stays."""
import contextlib
import os
import signal
import socket
import subprocess

import pytest

from servers import BIN, DeviceServer, run, write_config
from waiting import eventually

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of that many bytes."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % size, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Takes all the room there is."""
    with (folder / "filler").open("wb", buffering=0) as filler:
        with contextlib.suppress(OSError):
            while filler.write(b"x" * 4096) == 4096:
                pass


def test_configuration_that_does_not_fit(tmp_path):
    """`init` leaves nothing of a configuration that could not be written whole."""
    with small_disk(tmp_path / "disk", 65536) as disk:
        fill(disk)
        status, _, errors = run("init", disk / "scope.yaml", "--simulated")
        assert status == 64 and "No space left on device" in errors
        assert os.listdir(disk) == ["filler"]


def test_image_that_does_not_fit(serve, tmp_path):
    """`snap` leaves the image that is there, and nothing of the new one."""
    uri = serve([{"name": "Camera", "port": 0, "driver": "simulated-camera"}]).uri("Camera")
    with small_disk(tmp_path / "disk", 262144) as disk:
        (disk / "a.tiff").write_bytes(b"precious")
        fill(disk)
        for name in ("a.tiff", "b.tiff", "c.png"):
            done = subprocess.run([BIN / "devicectl", "snap", uri, disk / name], capture_output=True, text=True, timeout=60)
            # The libraries for images do not say why they could not write.
            assert done.returncode == 73 and "writ" in done.stderr.lower(), done.stderr
        assert (disk / "a.tiff").read_bytes() == b"precious"
        assert sorted(os.listdir(disk)) == ["a.tiff", "filler"]


def test_log_on_a_full_disk(tmp_path):
    """The server goes on, standard error has all lines, and the older logs are as they were."""
    with small_disk(tmp_path / "disk", 65536) as disk:
        (disk / "Wheel.log.1").write_text("older\n")
        fill(disk)
        config = write_config(tmp_path, [{"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel",
                                          "conf": {"positions": 6}}])
        server = DeviceServer(config, "--log-directory", disk)
        try:
            server.uri("Wheel")
            server.wait_for("cannot write the log file .*No space left on device")
            server.process.send_signal(signal.SIGTERM)
            assert server.wait() == 0
            assert (disk / "Wheel.log.1").read_text() == "older\n"
        finally:
            server.kill()


def test_control_folder_of_others(tmp_path):
    """What looks like the socket of a server that has ended is only removed if it is a socket nobody listens at."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    file = tmp_path / ("%d.sock" % ended.pid)
    file.write_text("mine")
    other = subprocess.Popen(["true"])
    other.wait()
    left = tmp_path / ("%d.sock" % other.pid)
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(left))
    config = write_config(tmp_path, [{"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel",
                                      "conf": {"positions": 6}}])
    server = DeviceServer(config, env={**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)})
    try:
        server.uri("Wheel")
        eventually(lambda: not left.exists(), "the abandoned socket is removed")
        assert file.read_text() == "mine"
    finally:
        server.kill()
