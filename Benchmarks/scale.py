"""Serves the first N of 16 simulated devices: what the suite `process` of bench.py starts. `scale.py DEVICE-SERVER N`"""

import json
import os
import sys
import tempfile

KINDS = [
    ("SimulatedCamera", "simulated-camera", {}),
    ("SimulatedFilterWheel", "simulated-filter-wheel", {"positions": 6}),
    ("SimulatedLightSource", "simulated-light-source", {}),
    ("SimulatedStage", "simulated-stage", {"limits": {"x": [0, 5000], "y": [0, 5000]}}),
]
devices = []
for index in range(int(sys.argv[2])):
    name, driver, conf = KINDS[index % 4]
    devices.append({"name": name, "driver": driver, "port": 24440 + index, "conf": conf})
file = os.path.join(tempfile.mkdtemp(prefix="scale"), "scale.yaml")
with open(file, "w") as config:
    json.dump({"host": "127.0.0.1", "devices": devices}, config)
os.execv(sys.argv[1], [sys.argv[1], file])
