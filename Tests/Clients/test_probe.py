"""pyro4_probe.py, each of its checks that fits, against every device and under every interpreter."""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("pyro4_probe.py")
PYTHONS = [path for path in os.environ.get("CLIENT_PYTHONS", "").split(":") if path] or [sys.executable]

# How many checks fit each object, of which none may be skipped: those that need a certain kind of object are many.
CHECKS = {
    "Reference": 69,
    "Camera": 68, "TestCamera": 68,
    "Laser": 62, "Lamp": 62, "Stage": 62, "Mirror": 62,
    "Controller": 61, "Specimen": 61,
    "Wheel": 60, "EmissionWheel": 60,
    "Lines": 59, "Thermometer": 59, "DSP": 59, "SLM": 59,
}
# An interpreter for which there is no microscope package skips some: those on enums and named tuples.
WITHOUT_MICROSCOPE = 10


# Threads start processes here, which with vfork has failed once in thousands of times ("Bad address").
subprocess._USE_VFORK = False


def probe(python, uri):
    """Runs the probe to its end."""
    return subprocess.run([python, PROBE, "--hostile", uri], capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def results(simulated, test_server):
    """What the probe says of each object, by interpreter: a few at a time, since it sleeps a lot."""
    uris = {**simulated, "Reference": test_server.reference}
    assert set(uris) == set(CHECKS)
    with ThreadPoolExecutor(6) as pool:
        yield {(python, name): pool.submit(probe, python, uri) for python in PYTHONS for name, uri in uris.items()}


@pytest.fixture(scope="module", params=PYTHONS)
def python(request):
    """An interpreter, and how many checks it has to skip."""
    has = subprocess.run([request.param, "-c", "import microscope, numpy, msgpack"], capture_output=True)
    return request.param, 0 if has.returncode == 0 else WITHOUT_MICROSCOPE


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CHECKS)
def test_every_check_that_fits_passes(results, python, name):
    """No check fails, and no more are skipped than do not fit the object."""
    path, unable = python
    result = results[path, name].result()
    report = "\n".join(line for line in result.stdout.splitlines() if not line.startswith("ok"))
    assert result.returncode == 0, report + result.stderr
    passed, failed = map(int, re.search(r"^(\d+) passed, (\d+) failed", result.stdout, re.MULTILINE).groups())
    assert failed == 0, report
    assert passed >= CHECKS[name] - unable, report
