#!/usr/bin/env python3
"""The fault matrix: each fault on each kind of device in each state, and whether it was detected, cured, and harmless.

    Tests/Faults/matrix.py                    all cells, as a table; the exit status is 1 if one does not hold
    Tests/Faults/matrix.py --short            those that CI runs
    Tests/Faults/matrix.py --write docs/fault-matrix.md
    Tests/Faults/matrix.py -k SIGKILL -k Camera

Programs are taken from SERVER_BIN; FAULTS_SCALE multiplies the limits on a slow machine.
"""
import argparse
import contextlib
import datetime
import math
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Optional

sys.path.insert(0, str(Path(__file__).parent))

from bench import KINDS, SCALE, SIBLING, Client, Microscope, System, Viewer, proxy
from faults import FAULTS

# A sibling's client asks fifty times a second; a machine that is busy with a restart may delay it.
SIBLING_GAP = 1.0


class Cell(NamedTuple):
    """What was found: seconds until the fault was reported and until the device worked again, and what was wrong."""

    fault: str
    kind: str
    state: str
    detected: Optional[float]
    recovered: Optional[float]
    wrong: list


def run_cell(scope, kind, state, fault):
    """Tries one fault on one device, and leaves the device as a fresh one."""
    uri = scope.uris[kind.name]
    wrong, viewer, busy = [], None, None
    with proxy(uri) as device:
        kind.set_up(device, state)
        before = kind.look(device)
    sibling = Client(scope.uris[SIBLING.name], lambda device: device.position)
    if state == "streaming":
        viewer = Viewer()
        with proxy(uri) as device:
            device.set_client(viewer.uri)
            device.enable()
            before = kind.look(device)
        busy = Client(uri, kind.keep_busy, pause=0.03, limit=20)
        viewer.next()
    elif state == "moving":
        busy = Client(uri, mover(kind), pause=0.05, limit=20)
        time.sleep(0.2)
    scope.pid = scope.worker(kind.name)
    mark = len(scope.server.lines)
    begin = time.monotonic()
    context = fault.inject(scope, kind)
    detected = fault.detect(scope, kind, mark, begin)
    if detected is None:
        wrong.append("not reported within %g s" % (fault.report_limit * SCALE))
    elif detected > fault.report_limit * SCALE:
        wrong.append("reported after %.1f s instead of %g s" % (detected, fault.report_limit * SCALE))
    cured = fault.cure(scope, kind, context)
    recovered = recovery(scope, kind, fault, cured or begin)
    if recovered is None:
        wrong.append("not back within %g s" % (fault.recovery_limit * SCALE))
    elif fault.keeps_state:
        wrong += compare(scope, kind, state, fault, before, busy)
        if viewer and viewer.times_after(time.monotonic(), 5 * SCALE) is None:
            wrong.append("no frame arrives")
    for client in (sibling, busy):
        if client:
            client.end()
    if not fault.keeps_state:
        pass  # Every process was a new one.
    elif sibling.failures:
        wrong.append("a sibling failed: %s" % sibling.failures[0][1][:80])
    elif sibling.gap > SIBLING_GAP * SCALE:
        wrong.append("a sibling waited %.1f s" % sibling.gap)
    if viewer:
        viewer.close()
    reset(scope, kind)
    return Cell(fault.name, kind.name, state, detected, recovered, wrong)


def mover(kind):
    """A call that moves a device to and fro, and ends where it was set up."""
    goal = {"Stage": lambda device: (device.move_to({"x": 900.0, "y": 900.0}), device.move_to({"x": 100.0, "y": 200.0}))}

    def wheel(device):
        device.position = 4
        device.position = 2

    return goal.get(kind.name, wheel)


def recovery(scope, kind, fault, since):
    """Seconds until a call to the device's hardware is answered; None if it is not in time."""
    deadline = time.monotonic() + fault.recovery_limit * SCALE
    while time.monotonic() < deadline:
        try:
            with proxy(scope.uris[kind.name], 2) as device:
                kind.ask(device)
            return time.monotonic() - since
        except Exception:
            time.sleep(0.02)
    return None


def compare(scope, kind, state, fault, before, busy):
    """What is not as it was; the device may still be restored for a moment."""
    if busy and state == "moving":
        busy.end()
        try:
            with proxy(scope.uris[kind.name], 20) as device:
                mover(kind)(device)
        except Exception as error:
            return ["it does not move: %r" % error]
    deadline = time.monotonic() + 3 * SCALE
    while True:
        wrong = []
        try:
            with proxy(scope.uris[kind.name]) as device:
                after = kind.look(device)
                if fault.ends_process:
                    for light in lights(kind, device):
                        if light.get_is_on():
                            wrong.append("light is on")
            wrong += ["%s is %s instead of %s" % (key, after[key], before[key])
                      for key in before if after[key] != before[key] and key not in fault.forgets(kind)]
        except Exception as error:
            wrong = ["it cannot be asked: %r" % error]
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(0.05)


def lights(kind, device):
    """The lights of a device."""
    if not kind.light:
        return []
    return [device] if hasattr(device, "get_is_on") else list(device.devices.values())


def reset(scope, kind):
    """Ends what is ordered and disables the device, for the next cell."""
    try:
        scope.order(kind.name, "none")
        with proxy(scope.uris[kind.name]) as device:
            if kind.states[-1] == "streaming":
                device.set_client(None)
            device.disable()
    except Exception as error:
        print("    %s could not be reset: %r" % (kind.name, error), file=sys.stderr)


def cells(words, is_short):
    """All combinations that make sense, or a selection."""
    for fault in FAULTS:
        for kind in KINDS:
            for state in kind.states:
                title = "%s %s %s" % (fault.name, kind.name, state)
                if not fault.applies(kind, state) or (is_short and not fault.is_short(kind, state)):
                    continue
                if all(word.lower() in title.lower() for word in words):
                    yield fault, kind, state


class Bench:
    """Runs cells on as few servers as possible: a new one after a cell that does not hold."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._system = System(folder)
        self._scope, self._count = None, 0

    def try_cell(self, fault, kind, state):
        """A cell, whatever happens in it."""
        if self._scope is None:
            self._count += 1
            place = self._folder / str(self._count)
            place.mkdir()
            self._scope = Microscope(place, KINDS, self._system.environment)
            self._scope.system = self._system
        try:
            cell = run_cell(self._scope, kind, state, fault)
        except Exception as error:
            cell = Cell(fault.name, kind.name, state, None, None, ["not tried to its end: %r" % error])
        if cell.wrong:
            self.close()
        return cell

    def close(self):
        """Ends the server."""
        if self._scope:
            self._scope.close()
            self._scope = None


def run_all(words=(), is_short=False, report=print):
    """Runs the cells, and reports each as it is found."""
    found = []
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Bench(folder)) as bench:
        for fault, kind, state in cells(words, is_short):
            found.append(bench.try_cell(fault, kind, state))
            report(line(found[-1]))
    return found


# MARK: Reports


def seconds(value):
    """As the table has them."""
    return "–" if value is None or math.isnan(value) else "%.2f" % value


def line(cell):
    """A cell in a line."""
    return "%-4s %-20s %-12s %-10s reported %5s s, back %5s s%s" % (
        "ok" if not cell.wrong else "FAIL", cell.fault, cell.kind, cell.state, seconds(cell.detected),
        seconds(cell.recovered), "  " + "; ".join(cell.wrong) if cell.wrong else "")


def page(found):
    """The page for docs."""
    held = sum(not cell.wrong for cell in found)
    rows = "\n".join("| %s | %s | %s | %s | %s | %s |" % (
        cell.fault, cell.kind, cell.state, seconds(cell.detected), seconds(cell.recovered),
        "yes" if not cell.wrong else "no: " + "; ".join(cell.wrong).replace("|", "/")) for cell in found)
    faults = {cell.fault for cell in found}
    about = "\n".join("| %s | %s | %g s | %g s |" % (f.name, f.about, f.report_limit, f.recovery_limit)
                      for f in FAULTS if f.name in faults)
    return PAGE % {
        "date": datetime.date.today().isoformat(), "held": held, "all": len(found), "about": about, "rows": rows,
        "scale": SCALE, "cores": os.cpu_count(), "build": Path(os.environ.get("SERVER_BIN", "release")).name, "kernel": re.match(r"[\d.]*\d", platform.release())[0]}


PAGE = """# The fault matrix

`make faults` tries each fault on each kind of device in each state, and writes this page. A cell holds if the fault is reported in
time, the device answers again in time with what clients had set, light is off after the death of its process, frames and moves go
on, and a client of another device notices nothing.

On %(date)s, **%(held)d of %(all)d cells held** (Linux %(kernel)s, %(cores)d cores, a %(build)s build, limits
multiplied by %(scale)g).

| fault | what happens | reported within | back within |
|---|---|---|---|
%(about)s

Seconds are counted from the fault to the report, and from the fault, or from its end where it is one that lasts, to the first answer.
Laser (`cobolt`) and USBWheel (`finger-lakes-cfw`) are real drivers with simulated hardware; the others are simulators.

| fault | device | state | reported | back | holds |
|---|---|---|---|---|---|
%(rows)s
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", action="append", default=[], metavar="WORD", help="only cells with this word")
    parser.add_argument("--short", action="store_true", help="the cells that CI runs")
    parser.add_argument("--write", metavar="FILE", help="write the page")
    options = parser.parse_args()
    found = run_all(options.k, options.short, lambda text: print(text, flush=True))
    failed = [cell for cell in found if cell.wrong]
    print("%d of %d cells held" % (len(found) - len(failed), len(found)))
    if options.write:
        Path(options.write).write_text(page(found))
    sys.exit(1 if failed or not found else 0)


if __name__ == "__main__":
    main()
