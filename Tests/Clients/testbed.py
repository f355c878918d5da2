"""USB devices that are made up below the real libusb, for the programs under test."""
import os
import pathlib
import subprocess

BIN = pathlib.Path(os.environ.get("SERVER_BIN", pathlib.Path(__file__).resolve().parents[2] / ".build" / "debug"))
PRELOAD = "%s libumockdev-preload.so.0" % (BIN / "libvirtualusb-preload.so")


class Testbed:
    """A computer's USB of its own, with wheels and serial adapters that are plugged in and out."""

    __test__ = False  # it is no class of tests

    def __init__(self, *options):
        # hwprobe looks at all processes of the computer, so tests that run side by side have addresses of their own.
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
        self._process = subprocess.Popen([str(BIN / "virtual-usb"), *options, str(2 + worker * 30 % 120)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder = self._process.stdout.readline().strip()

    @property
    def environment(self):
        """What a program is started with that is to find the devices."""
        return {**os.environ, "LD_PRELOAD": PRELOAD, "UMOCKDEV_DIR": self.folder}

    def _tell(self, *words):
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer.startswith("ok"), answer
        return answer.partition(" ")[2]

    def make(self, port, kind, positions=7, step=0.02, serial="-"):
        """Makes a wheel for a port and plugs it in; step is the time from one position to the next, in seconds."""
        self._tell("make", port, kind, positions, int(step * 1000), serial)
        self.plug(port)

    def add_adapter(self, port, name, serial):
        """Plugs a serial adapter in, and gives the path where its terminal, or a link to it, must be."""
        return self._tell("adapter", port, name, serial)

    def plug(self, port):
        self._tell("plug", port)

    def unplug(self, port):
        self._tell("unplug", port)

    def fail(self, port, fault):
        """Lets something go wrong: jam, slip, garbage, short, silence, stall; repair ends all of it."""
        self._tell("fail", port, fault)

    def slot(self, port):
        """The position in front of the light, whatever a driver believes; None on the way."""
        slot = self._tell("slot", port)
        return None if slot == "none" else int(slot)

    def forbid(self, port):
        """Lets no program open the device."""
        self._tell("forbid", port)

    def allow(self, port):
        self._tell("allow", port)

    def driver(self, port):
        """The driver of the kernel that has the device, or none."""
        return self._tell("driver", port)

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
