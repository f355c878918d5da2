#!/usr/bin/env python3
"""All kinds of devices at full rate, while a random worker is killed again and again.

    Tests/Faults/soak.py --hours 8            a worker is killed each minute
    Tests/Faults/soak.py --hours 0.1 --every 5

Memory and descriptors of all processes must stay as they are, each killed device must be back, and each frame must be
delivered or counted as lost. The order of deaths is the same in each run.
"""
import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy
import Pyro4
from microscope import TriggerMode, TriggerType

from bench import KINDS, SCALE, Camera, Client, Microscope, eventually, proxy
from matrix import mover
from processes import children
from receivers import Listener

SEED = 20261130
# What is allowed to grow from the first minute on: MB of all processes together, and file descriptors.
GROWTH, DESCRIPTORS = 60, 20


class FullRate(Camera):
    """A camera that writes numbers into its frames, and takes them by itself."""

    def set_up(self, device, state):
        device.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
        device.set_exposure_time(0.002)

    def keep_busy(self, device):
        device.get_exposure_time()


class Counter(Listener):
    """A listening client that keeps the numbers of frames in place of the frames."""

    def __init__(self):
        self.received, self.numbered, self._last = 0, 0, -1
        self._lock = threading.Lock()
        super().__init__()

    @Pyro4.expose
    def receiveData(self, data, timestamp=None):
        if getattr(data, "ndim", 0) != 2:
            return
        number = int(numpy.ascontiguousarray(data).reshape(-1)[:4].view("<u8")[0])
        with self._lock:
            # Numbers begin with 0, and anew with each process of the camera.
            self.numbered += number - self._last if number > self._last else number + 1
            self._last = number
            self.received += 1


def use(kind):
    """What a client does with a device, as often as it can."""
    def toggle(device):
        device.enable()
        device.disable()

    def patterns(device):
        device.apply_pattern(numpy.random.default_rng(1).random(9))

    def lines(device):
        device.write_line(1, not device.read_line(1))

    return {"Lamp": toggle, "Laser": toggle, "Wheel": mover(kind), "USBWheel": mover(kind), "Stage": mover(kind),
            "Mirror": patterns, "Lines": lines}.get(kind.name, kind.keep_busy if kind.name in ("Camera", "Fast")
                                                    else kind.ask)


def usage(pid):
    """The resident memory in MB and the number of descriptors of a process and its children."""
    memory = descriptors = 0
    for one in children(pid) | {pid}:
        try:
            memory += int(Path("/proc/%d/statm" % one).read_text().split()[1]) * 4096 / 1e6
            descriptors += len(os.listdir("/proc/%d/fd" % one))
        except OSError:
            pass
    return memory, descriptors


def soak(hours, every, report):
    """Runs, and returns what was wrong."""
    kinds = [*KINDS, FullRate("Fast", "prebuilt-camera", conf={"sensor_shape": [512, 512]})]
    chance, wrong, samples, deaths = random.Random(SEED), [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        scope = Microscope(Path(folder), kinds)
        counter, clients = Counter(), []
        try:
            for kind in kinds:
                with proxy(scope.uris[kind.name]) as device:
                    kind.set_up(device, kind.states[-1])
                    if kind.states[-1] == "streaming":
                        device.enable()
                    if kind.name == "Fast":
                        device.set_client(counter.uri)
                clients.append(Client(scope.uris[kind.name], use(kind), pause=0.001, limit=10))
            end = time.monotonic() + hours * 3600
            while time.monotonic() < end:
                time.sleep(every)
                victim = chance.choice(kinds)
                os.kill(scope.worker(victim.name), signal.SIGKILL)
                deaths += 1
                begin = time.monotonic()
                eventually(lambda: answers(scope, victim), "%s is back" % victim.name, 20 * SCALE)
                memory, descriptors = usage(scope.server.process.pid)
                samples.append((memory, descriptors))
                report("%4d deaths, the last of %-11s back in %.2f s; %5.0f MB, %d descriptors; %d frames" % (
                    deaths, victim.name, time.monotonic() - begin, memory, descriptors, counter.received))
            for client in clients:
                client.end()
            with proxy(scope.uris["Fast"]) as device:
                device.disable()
            wrong += account(scope, counter, deaths, report)
            wrong += flatness(samples)
        except AssertionError as error:
            wrong.append(str(error))
        finally:
            scope.close()
            counter.close()
    return wrong


def answers(scope, kind):
    """Whether a device answers."""
    try:
        with proxy(scope.uris[kind.name], 2) as device:
            kind.ask(device)
        return True
    except Exception:
        return False


def account(scope, counter, deaths, report):
    """What of the frames is neither delivered nor counted."""
    time.sleep(2)
    stream = next(device for device in scope.status("Fast")["devices"] if device["name"] == "Fast")
    missing = counter.numbered - counter.received
    report("frames: %d numbered, %d received, %d missing; status: %d sent, %d lost %s" % (
        counter.numbered, counter.received, missing, stream["sent"], stream["lost"],
        stream.get("lost_in", "")))
    # A frame is received and not counted as sent if the process dies before it has the client's answer.
    if abs(counter.received - stream["sent"]) > deaths:
        return ["%d frames were received, but %d counted as sent" % (counter.received, stream["sent"])]
    if missing > stream["lost"]:
        return ["%d frames are missing, but %d counted as lost" % (missing, stream["lost"])]
    return []


def flatness(samples):
    """What has grown since the first tenth of the time."""
    if len(samples) < 10:
        return ["there are too few samples"]
    start, wrong = samples[len(samples) // 10], []
    last = [max(column) for column in zip(*samples[-3:])]
    if last[0] > start[0] + GROWTH:
        wrong.append("memory grew from %.0f to %.0f MB" % (start[0], last[0]))
    if last[1] > start[1] + DESCRIPTORS:
        wrong.append("descriptors grew from %d to %d" % (start[1], last[1]))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two deaths")
    options = parser.parse_args()
    wrong = soak(options.hours, options.every, lambda text: print(text, flush=True))
    print("\n".join(wrong) or "nothing grew, and no frame is unaccounted for")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
