#!/usr/bin/env python3
"""How long a server takes to start with floating cameras: all opened side by side, and one after another.

    floating.py [--cameras 4] [--open-time 1.0] [--rounds 5]

The cameras are simulated ones whose opening takes the time given, so that one start cannot be shorter than that. The
two ways are measured in turns; the medians are printed.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".build", "release", "device-server")


def start(cameras, open_time, one_at_a_time):
    """Seconds from the start of the program until all cameras are served."""
    uids = ["BENCH-%d" % number for number in range(cameras)]
    conf = {"attached": uids, "open_time": open_time, "one_at_a_time": one_at_a_time}
    devices = [{"name": "Camera%d" % number, "driver": "simulated-floating-camera", "uid": uid, "port": 0, "conf": conf}
               for number, uid in enumerate(uids)]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        json.dump({"devices": devices}, config)
        config.flush()
        begin = time.monotonic()
        server = subprocess.Popen([PROGRAM, config.name], stderr=subprocess.PIPE, text=True)
        try:
            served = set()
            for line in server.stderr:
                found = re.search(r"serving PYRO:(\w+)@", line)
                if found:
                    served.add(found[1])
                if len(served) == cameras:
                    return time.monotonic() - begin
            raise SystemExit("the server ended early")
        finally:
            server.send_signal(signal.SIGTERM)
            server.stderr.read()
            server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--open-time", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    seconds = {"side by side": [], "one after another": []}
    for _ in range(options.rounds):
        for way in seconds:
            seconds[way].append(start(options.cameras, options.open_time, way == "one after another"))
    for way, values in seconds.items():
        print("%-18s %.2f s [%.2f..%.2f]" % (way, statistics.median(values), min(values), max(values)))


if __name__ == "__main__":
    main()
