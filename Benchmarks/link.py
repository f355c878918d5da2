#!/usr/bin/env python3
"""Frames and calls over one link of 1 Gbit/s, between two network namespaces: by Pyro's call-back and by the client's own
connection, this server and python-microscope's in turn. Needs root.

    ../.venv-numpy2/bin/python link.py [--rounds 5] [--secs 5]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER, CLIENT = "10.79.0.1", "10.79.0.2"
BUCKET = "tbf rate 1gbit burst 256kb latency 50ms"
PORTS = {"device-server": (24480, 24481), "python-microscope": (24490, 24491)}

MEASURE = """
import json, socket, sys, threading, time
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import Pyro4, microscope
from microscope import TriggerMode, TriggerType
way, camera, wheel, secs = sys.argv[3], sys.argv[4], sys.argv[5], float(sys.argv[6])
socket.gethostbyname = lambda name: "10.79.0.2"
if way == "own":
    import microscope_frames as mf
    client = mf.FrameClient(camera, shared_memory=False, compress=None, timeout=20)
    take = lambda: client.next()
else:
    from microscope.clients import DataClient
    client = DataClient(camera)
    take = lambda: client._buffer.get(timeout=20)
client.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
client.set_exposure_time(0.0)
client.enable()
take()
calls, proxy, clock, done = [], Pyro4.Proxy(wheel), time.perf_counter, threading.Event()
def call():
    while not done.is_set():
        start = clock()
        proxy.position
        calls.append(clock() - start)
        time.sleep(0.005)
threading.Thread(target=call, daemon=True).start()
count, start = 0, clock()
while clock() - start < secs:
    take()
    count += 1
seconds = clock() - start
done.set()
client.disable()
calls.sort()
print(json.dumps({"fps": count / seconds, "MBps": count * 2 * 1024 * 1024 / seconds / 1e6,
                  "call_p50_ms": calls[len(calls) // 2] * 1e3, "call_p95_ms": calls[len(calls) * 95 // 100] * 1e3}))
import os; os._exit(0)
"""

PM = """
import sys
sys.path.insert(0, %r)
from microscope.device_server import device
from microscope.simulators import SimulatedFilterWheel
from benchcam import BenchCamera
DEVICES = [device(BenchCamera, %r, %d, {"shape": (1024, 1024)}), device(SimulatedFilterWheel, %r, %d, {"positions": 6})]
"""


class Namespace:
    """A network of its own, which ends with this program."""

    def __init__(self):
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._holder.stdout.readline()
        self.pid = self._holder.pid
        self.entry = [shutil.which("nsenter"), "--target=%d" % self.pid, "--net"]

    def run(self, *command):
        return subprocess.run([*self.entry, *map(str, command)], check=True, capture_output=True, text=True).stdout

    def start(self, *command):
        return subprocess.Popen(
            [*self.entry, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self):
        self._holder.stdin.close()
        self._holder.wait()


def connect(here, there):
    here.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", there.pid)
    for namespace, address in ((here, SERVER), (there, CLIENT)):
        namespace.run("ip", "address", "add", address + "/24", "dev", "eth0")
        namespace.run("ip", "link", "set", "eth0", "up")
        namespace.run("tc", "qdisc", "add", "dev", "eth0", "root", *BUCKET.split())


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--secs", type=float, default=5.0)
    options.add_argument("--server", default=os.path.join(HERE, "..", ".build", "release", "device-server"))
    chosen = options.parse_args()
    folder = os.path.join(HERE, "run", "link")
    os.makedirs(folder, exist_ok=True)
    ours = os.path.join(folder, "link.yaml")
    with open(ours, "w") as file:
        json.dump(
            {
                "host": SERVER,
                "devices": [
                    {
                        "name": "Camera",
                        "driver": "prebuilt-camera",
                        "port": PORTS["device-server"][0],
                        "conf": {"sensor_shape": [1024, 1024]},
                    },
                    {
                        "name": "Wheel",
                        "driver": "simulated-filter-wheel",
                        "port": PORTS["device-server"][1],
                        "conf": {"positions": 6},
                    },
                ],
            },
            file,
        )
    theirs = os.path.join(folder, "link.py")
    with open(theirs, "w") as file:
        camera, wheel = PORTS["python-microscope"]
        file.write(PM % (HERE, SERVER, camera, SERVER, wheel))
    here, there = Namespace(), Namespace()
    connect(here, there)
    servers = [
        here.start(chosen.server, ours),
        here.start(sys.executable, "-m", "microscope.device_server", "--logging-dir", folder, theirs),
    ]
    names = {"device-server": ("Camera", "Wheel"), "python-microscope": ("BenchCamera", "SimulatedFilterWheel")}
    cases = [("device-server", "own"), ("device-server", "pyro"), ("python-microscope", "pyro")]
    found = {case: [] for case in cases}
    try:
        time.sleep(4)
        for round_number in range(chosen.rounds):
            for server, way in cases:
                uris = ["PYRO:%s@%s:%d" % (name, SERVER, port) for name, port in zip(names[server], PORTS[server])]
                result = json.loads(
                    there.run(
                        sys.executable,
                        "-c",
                        MEASURE,
                        os.path.join(HERE, "..", "Sources", "python", "src"),
                        HERE,
                        way,
                        *uris,
                        chosen.secs
                    )
                )
                found[server, way].append(result)
                print(
                    "r%d %s by %s: %s" % (round_number, server, way, {k: round(v, 2) for k, v in result.items()}),
                    flush=True,
                )
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        here.close()
        there.close()
    base = found["python-microscope", "pyro"]
    print(
        "\n| server, way | MB/s | of python-microscope's | call p50, ms | of python-microscope's |\n|---|---|---|---|---|"
    )
    for (server, way), results in found.items():
        middle = {key: statistics.median(result[key] for result in results) for key in results[0]}
        ratio = {key: statistics.median(a[key] / b[key] for a, b in zip(results, base)) for key in results[0]}
        print(
            "| %s, %s | %.0f | %.2f | %.2f | %.2f |"
            % (server, way, middle["MBps"], ratio["MBps"], middle["call_p50_ms"], ratio["call_p50_ms"])
        )


if __name__ == "__main__":
    main()
