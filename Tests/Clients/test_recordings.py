"""The sessions that the drivers' tests replay, done with the real server: it says the same to the devices.

So a file that `device-server --record` writes of a device, and the steps that its client made, are all that such a
test needs.
"""
import os
import re
import signal
import types
from concurrent.futures import ThreadPoolExecutor

import microscope
import pytest
import Pyro4

from servers import ROOT, DeviceServer, free_port, write_config
from waiting import PATIENCE

PORT = {"port": "/dev/null"}

# Those whose simulation is the one that is recorded, with the options that stand in for the tests' own.
DRIVERS = {name: PORT for name in [
    "cobolt", "obis", "sapphire", "deepstar", "omicron", "ibeam", "stradus", "oxxius", "arduino-trigger",
    "teensy-pulses", "thorlabs-filter-wheel", "thorlabs-ell-slider",
]}
DRIVERS["prior-proscan-iii"] = {**PORT, "limits": {"X": [0, 114000], "Y": [0, 75000], "Z": [-5000, 5000]}}
DRIVERS["ludl-mc2000"] = {**PORT, "wheels": [{"positions": 10}], "shutters": [{"number": 1}, {"number": 2}]}
DRIVERS["asi-ms2000"] = {**PORT, "lights": ["red", "blue"]}
DRIVERS["zaber-daisy-chain"] = {
    **PORT, "address2type": {"2": "stage", "3": "led_controller", "14": "filter_wheel"}}

# No two devices may be at one port.
DRIVERS = {name: {**conf, "port": "usb:" + name} for name, conf in DRIVERS.items()}

# How the recordings write what steps are given.
WORDS = {
    "TriggerType": types.SimpleNamespace(
        software=microscope.TriggerType.SOFTWARE, risingEdge=microscope.TriggerType.RISING_EDGE,
        fallingEdge=microscope.TriggerType.FALLING_EDGE, pulse=microscope.TriggerType.PULSE),
    "TriggerMode": types.SimpleNamespace(bulb=microscope.TriggerMode.BULB),
}
# The number of a Zaber message, such as 73 in `/02 1 73 get pos`, depends on how often a move was watched.
NUMBERED = re.compile(r"^( 2f(?: 3\d)+ 20 3\d)(?: 20(?: 3\d){2,3})")
STEP = re.compile(r"# result (?:([^(=:]+)\.)?(\w+)(?:\((.*?)\)(?=: )| = (.*?)(?=: ))?: (.*)")


def recording(name):
    """The file that the drivers' tests replay."""
    file, = ROOT.glob("Tests/*/Recordings/%s.txt" % name)
    return file.read_text()


def steps(text):
    """The steps of a tour, without what is done to the simulation after it."""
    found = [STEP.fullmatch(line) for line in text.splitlines() if line.startswith("# result ")]
    end = max(index for index, step in enumerate(found) if step[2] == "get_is_enabled")
    return [step.groups() for step in found[:end + 1]]


def part(device, path):
    """The device or the axis on the wire of another that a path leads to."""
    for name in path.split(".") if path else []:
        parts = device.devices if "devices" in device._pyroAttrs else device.axes
        device = parts[name]
    return device


def do(device, member, arguments, value):
    """Makes a step."""
    if arguments is not None:
        arguments = list(eval("[%s]" % arguments, {**WORDS}))
        if member == "update_settings":
            # Of the server's own.
            arguments[0]["simulated"] = True
        getattr(device, member)(*arguments)
    elif value is not None:
        setattr(device, member, eval(value, {**WORDS}))
    else:
        getattr(device, member)


def go_through(uri, name):
    """Makes all steps of a session: those that failed, or did not, other than recorded."""
    odd = []
    with Pyro4.Proxy(uri) as device:
        device._pyroTimeout = PATIENCE
        for path, member, arguments, value, result in steps(recording(name)):
            try:
                do(part(device, path), member, arguments, value)
                failed = False
            except Exception as error:  # any class of exception that a device may throw
                failed = str(error) or True
            if bool(failed) != result.startswith("error, "):
                odd.append((path, member, arguments, value, result, failed))
    return odd


def sent(text):
    """What was sent, without what was sent over and over, and without the numbers of messages."""
    commands = [line.split("|")[1].split("!")[0] for line in text.splitlines() if " > |" in line]
    return collapsed([NUMBERED.sub(r"\1", command) for command in commands])


def collapsed(commands):
    """Without repetitions of up to three commands in a row, such as a light that is switched off and read back again."""
    kept = []
    for command in commands:
        kept.append(command)
        for length in (1, 2, 3):
            if kept[-length:] == kept[-2 * length:-length]:
                del kept[-length:]
                break
    return kept


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Goes through all sessions with a server that records: the folder, and what was odd by driver."""
    folder = tmp_path_factory.mktemp("recordings")
    devices = [{"name": name, "driver": name, "port": free_port(), "conf": conf} for name, conf in DRIVERS.items()]
    server = DeviceServer(write_config(folder, devices), "--simulated", "--record", folder)
    try:
        uris = {name: server.uri(name) for name in DRIVERS}
        with ThreadPoolExecutor(len(DRIVERS)) as pool:
            odd = dict(zip(DRIVERS, pool.map(go_through, uris.values(), uris)))
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        yield folder, odd
    finally:
        server.kill()


@pytest.mark.parametrize("name", DRIVERS)
def test_the_server_says_what_is_replayed(served, name):
    folder, odd = served
    assert odd[name] == []
    ours = sent((folder / ("%s-at-simulation.txt" % name)).read_text())
    kept = sent(recording(name))
    # What is done to the simulation comes between the tour and the end.
    same = len(os.path.commonprefix([ours, kept]))
    rest = len(ours) - same
    assert ours[same:] == kept[len(kept) - rest:len(kept)]
    assert same > len(ours) / 2
