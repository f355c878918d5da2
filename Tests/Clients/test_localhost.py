"""A computer whose only address is ::1."""
import os
import shutil
import subprocess
import sys

import pytest

from servers import BIN, Program, write_config
from waiting import PATIENCE

MISSING = [tool for tool in ("ip", "nsenter", "unshare") if not shutil.which(tool)]
OBSTACLE = "needs " + ", ".join(MISSING) if MISSING else "needs root" if os.geteuid() else ""
pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)

ONLY_IPV6 = "ip link set lo up && ip address del 127.0.0.1/8 dev lo; ip -br address show lo; exec cat"
CLIENT = """
import sys, Pyro4
Pyro4.config.SERIALIZER = "pickle"
with Pyro4.Proxy(sys.argv[1]) as wheel:
    wheel.set_position(3)
    print(wheel.get_position())
"""


@pytest.fixture
def inside():
    """The words by which a command runs on the computer."""
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", ONLY_IPV6], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    shown = holder.stdout.readline()
    if "::1" not in shown:
        holder.communicate()
        pytest.skip("needs IPv6")
    assert "127.0.0.1" not in shown
    yield [shutil.which("nsenter"), "--target=%d" % holder.pid, "--net"]
    holder.communicate()


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_localhost_without_ipv4(inside, tmp_path, host):
    """A server listens at `localhost` and clients find it there, although the name has no IPv4 address."""
    config = write_config(tmp_path, [
        {"name": "Wheel", "host": host, "port": 0, "driver": "simulated-filter-wheel", "conf": {"positions": 6}},
        {"name": "Camera", "host": host, "port": 0, "driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}])
    server = Program("/usr/bin/env", *inside, BIN / "device-server", config)
    try:
        wheel = server.wait_for(r"serving (PYRO:Wheel@\S+)")[1]
        camera = server.wait_for(r"serving (PYRO:Camera@\S+)")[1]

        def run(*command):
            done = subprocess.run([*inside, *map(str, command)], capture_output=True, text=True, timeout=PATIENCE)
            assert done.returncode == 0, done.stderr
            return done.stdout

        assert run(sys.executable, "-c", CLIENT, wheel) == "3\n"
        assert run(BIN / "devicectl", "get", wheel, "position") == "3\n"
        # The image goes the other way, to a port of the client.
        assert "64 x 48" in run(BIN / "devicectl", "snap", camera, tmp_path / "a.tiff")
        port = wheel.rpartition(":")[2]
        assert run(BIN / "devicectl", "get", "PYRO:Wheel@localhost:" + port, "position") == "3\n"
    finally:
        server.kill()
