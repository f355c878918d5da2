"""The microscope on which faults are tried: one device of each kind, how each is set, used and looked at."""
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))

import numpy  # noqa: E402
import Pyro4  # noqa: E402

from receivers import Listener  # noqa: E402
from servers import DeviceServer, run, write_config  # noqa: E402
from waiting import eventually  # noqa: E402

# How many times slower than an idle machine this one may be.
SCALE = float(os.environ.get("FAULTS_SCALE", "1"))


def proxy(uri, limit=3.0):
    """A client that gives up."""
    device = Pyro4.Proxy(uri)
    device._pyroTimeout = limit
    return device


class Kind:
    """A kind of device: its definition, what a client sets, and what is compared afterwards."""

    light = False
    # What it may be doing when the fault comes.
    states = ("idle",)

    def __init__(self, name, driver, **definition):
        self.name = name
        self.definition = {"name": name, "driver": driver, "port": 0, **definition}

    def set_up(self, device, state):
        """Sets what has to be there afterwards, and brings the device into the state."""
        device.enable()

    def keep_busy(self, device):
        """Goes on with what the device does in its state; called again and again."""

    def ask(self, device):
        """A call that reaches the hardware."""
        return device.get_is_enabled()

    def look(self, device):
        """What has to be the same afterwards; what moves or shines is not enabled again by itself."""
        return {"settings": dict(device.get_all_settings())}


class Camera(Kind):
    states = ("idle", "streaming")

    def set_up(self, device, state):
        device.set_exposure_time(0.005)
        device.set_roi((8, 8, 48, 32))
        device.set_setting("gain", 7)
        device.set_transform((False, True, False))
        if state == "streaming":
            device.enable()

    def keep_busy(self, device):
        device.trigger()

    def ask(self, device):
        return device.get_exposure_time()

    def look(self, device):
        return {"enabled": device.get_is_enabled(), "exposure": round(device.get_exposure_time(), 6),
                "roi": tuple(device.get_roi()), "gain": device.get_setting("gain"),
                "transform": tuple(device.get_transform())}


class Light(Kind):
    light = True
    states = ("idle", "on")

    def set_up(self, device, state):
        device.power = 0.25
        if state == "on":
            device.enable()

    def ask(self, device):
        return device.get_is_on()

    def look(self, device):
        return {"power": round(device.get_set_power(), 2)}


class Wheel(Kind):
    states = ("idle", "moving")

    def set_up(self, device, state):
        device.enable()
        device.position = 2

    def ask(self, device):
        return device.position

    def look(self, device):
        return {"position": device.position}


class USBWheel(Wheel):
    def ask(self, device):
        # Its position is known without the hardware; a move to where it stands is a question to it.
        device.position = device.position


class Stage(Kind):
    states = ("idle", "moving")

    def set_up(self, device, state):
        device.enable()
        device.move_to({"x": 100.0, "y": 200.0})

    def ask(self, device):
        return device.position

    def look(self, device):
        return {"position": {k: round(v) for k, v in device.position.items()}}


class Mirror(Kind):
    def set_up(self, device, state):
        device.enable()
        device.apply_pattern(numpy.full(9, 0.25))


class Lines(Kind):
    def set_up(self, device, state):
        device.enable()
        device.write_line(1, True)

    def ask(self, device):
        return device.read_line(1)

    def look(self, device):
        return {"line": device.read_line(1)}


class Logger(Kind):
    states = ("streaming",)

    def look(self, device):
        return {"enabled": device.get_is_enabled()}


class Controller(Kind):
    light = True

    def set_up(self, device, state):
        device.devices["laser"].power = 0.25

    def ask(self, device):
        return len(device.devices)

    def look(self, device):
        return {"power": round(device.devices["laser"].get_set_power(), 2)}


KINDS = [
    Camera("Camera", "simulated-camera", conf={"sensor_shape": [64, 48]}),
    Light("Lamp", "simulated-light-source"),
    Light("Laser", "cobolt", simulated=True, conf={"port": "/dev/ttyS0"}),
    Wheel("Wheel", "simulated-filter-wheel", conf={"positions": 6, "travel_time": 0.2}),
    USBWheel("USBWheel", "finger-lakes-cfw", simulated=True, conf={"positions": 6}),
    Stage("Stage", "simulated-stage", conf={"limits": {"x": [0, 10000], "y": [0, 10000]}}),
    Mirror("Mirror", "simulated-deformable-mirror", conf={"n_actuators": 9}),
    Lines("Lines", "simulated-digital-io", conf={"numLines": 4}),
    Logger("Thermometer", "simulated-value-logger", conf={"numSensors": 2, "pullData": False}),
    Controller("Controller", "simulated-controller", conf={"devices": {"laser": {"driver": "simulated-light-source"}}}),
]
SIBLING = Wheel("Sibling", "simulated-filter-wheel", conf={"positions": 4})


class Microscope:
    """A running server with one device of each kind."""

    def __init__(self, folder, kinds, environment=None, **options):
        self.kinds, self.folder, self._options = kinds, folder, options
        (folder / "log").mkdir()
        # A disk of its own for the log, which can be filled.
        self._has_disk = os.geteuid() == 0 and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder / "log"]).returncode
        self._write([])
        self._environment = {**os.environ, **(environment or {})}
        self.server = None
        self.start()

    def _write(self, more):
        definitions = [kind.definition for kind in [*self.kinds, SIBLING]]
        self.config = write_config(self.folder, definitions + more, host="127.0.0.1",
                                   log={"directory": str(self.folder / "log")}, **self._options)

    def reload(self, more):
        """Reads the configuration again, with more devices."""
        self._write(more)
        run("reload", self.config)

    def start(self):
        """Starts the server, in place of an earlier one."""
        self._end_server()
        self.server = DeviceServer(self.config, env=self._environment)
        self.uris = {kind.name: self.server.uri(kind.name) for kind in [*self.kinds, SIBLING]}

    def status(self, name=None):
        """What the server knows of a definition; None if it does not answer."""
        code, out, _ = run("status", "--json", self.config)
        if code:
            return None
        found = json.loads(out)[0]["definitions"]
        return next((one for one in found if one["name"] == name), None) if name else found

    def worker(self, name):
        """The process that serves a device."""
        return (self.status(name) or {}).get("pid")

    def order(self, name, text):
        """Orders a fault."""
        with proxy(self.uris[name]) as device:
            return device._pyroInvoke("order_fault", (text,), {})

    def _end_server(self):
        if self.server:
            self.server.kill()
            self.server = None

    def close(self):
        self._end_server()
        if self._has_disk:
            subprocess.run(["umount", self.folder / "log"])


class Client(threading.Thread):
    """A client that calls a device again and again, and notes when it was answered and when not."""

    def __init__(self, uri, call, pause=0.02, limit=3.0):
        super().__init__(daemon=True)
        self._uri, self._call, self._pause, self._limit = uri, call, pause, limit
        self.failures, self.answers, self.last = [], 0, None
        self._is_over = threading.Event()
        self.begin = time.monotonic()
        self.gap = 0.0
        self.start()

    def run(self):
        device = proxy(self._uri, self._limit)
        last = time.monotonic()
        while not self._is_over.is_set():
            try:
                self._call(device)
                now = time.monotonic()
                self.gap = max(self.gap, now - last)
                last = self.last = now
                self.answers += 1
            except Exception as error:  # whatever it is, the client goes on
                self.failures.append((time.monotonic(), repr(error)))
                device._pyroRelease()
            self._is_over.wait(self._pause)
        device._pyroRelease()

    def end(self):
        self._is_over.set()
        self.join(20)


class Viewer(Listener):
    """A listening client that knows when frames came."""

    def times_after(self, begin, within):
        """The time of the first datum that is not an error after a moment; None if there is none in time."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                data, _ = self.arrived.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if time.monotonic() >= begin and not isinstance(data, BaseException):
                return time.monotonic()
        return None


class System:
    """What the system does to the programs: the file of the seconds by which the clock is set, and that of threads used up."""

    def __init__(self, folder):
        library = Path(folder) / "preload.so"
        source = Path(__file__).with_name("preload.c")
        subprocess.run(["clang", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        self.shift, self.threads = Path(folder) / "shift", Path(folder) / "no-threads"
        self.shift.write_text("0")
        self.environment = {
            "LD_PRELOAD": str(library), "FAULT_CLOCK": str(self.shift), "FAULT_THREADS": str(self.threads)}


__all__ = ["KINDS", "SCALE", "SIBLING", "Client", "Microscope", "System", "Viewer", "eventually", "proxy"]
