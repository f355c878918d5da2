#!/usr/bin/env python3
"""Makes the recordings of simulated wheels that ReplayTests.swift replays: each is opened, and sent to position 2.

To be run where microscope is installed, after `swift build --build-tests`, when a driver talks to its wheel in another way.
"""
import signal
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Clients"))

import Pyro4  # noqa: E402
import receivers  # noqa: E402,F401  sets Pyro4 up for pickle
from servers import DeviceServer, free_port, write_config  # noqa: E402

DRIVERS = ["zwo-efw", "starlight-xpress-wheel", "aurox-clarity", "finger-lakes-cfw"]

folder = HERE / "Recordings"
for file in folder.glob("*.txt"):
    file.unlink()
with tempfile.TemporaryDirectory() as place:
    definitions = [{"name": driver, "driver": driver, "port": free_port(), "conf": {}} for driver in DRIVERS]
    config = write_config(Path(place), definitions)
    server = DeviceServer(config, "--simulated", "--record", folder)
    for driver in DRIVERS:
        with Pyro4.Proxy(server.uri(driver)) as wheel:
            wheel.position = 2
    server.process.send_signal(signal.SIGTERM)
    sys.exit(server.wait())
