"""`device-server conform`: what a person learns of a device, and what does not happen unasked."""
import json
import os
import pty
import re
import signal
import socket
import subprocess

import pytest

from servers import BIN, ROOT, Program, run, write_config
from waiting import PATIENCE, eventually

LASER = {"name": "Laser", "driver": "simulated-light-source", "port": 8001}
WHEEL = {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 8002,
         "conf": {"positions": 6, "travel_time": 0.01}}
CAMERA = {"name": "Camera", "driver": "simulated-camera", "port": 8003, "conf": {"sensor_shape": [64, 48]}}
# Its images are errors, and nothing else is wrong with it.
FAULTY = {**CAMERA, "settings": {"_error_percent": 100}}
ABSENT = {"name": "Absent", "driver": "simulated-floating-camera", "uid": "NOT-THERE", "port": 8004}


def report(*arguments, status=0):
    """What the program says in JSON."""
    code, out, err = run("conform", "--json", *arguments)
    assert code == status, out + err
    return json.loads(out)


def contracts(device, word=None):
    """The sentences of a device's contracts, all or those with a verdict."""
    return [contract["contract"] for contract in device["contracts"] if word in (None, contract["verdict"])]


class Terminal:
    """The program with a terminal as its standard input and error."""

    def __init__(self, *arguments):
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [str(BIN / "device-server"), "conform", *map(str, arguments)],
            stdin=slave, stdout=subprocess.PIPE, stderr=slave, text=True)
        os.close(slave)
        self.text = ""

    def expect(self, pattern):
        """Reads what is printed until there is this, and forgets it."""
        while not (found := re.search(pattern, self.text)):
            more = os.read(self._master, 1000).decode()
            self.text += more
        self.text = self.text[found.end():]
        return found

    def type(self, text):
        os.write(self._master, text.encode())

    def end(self):
        """The exit status and what stood on standard output."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        os.close(self._master)
        return self.process.returncode, out


# MARK: reports


def test_a_rig_that_is_as_it_must_be():
    """Every simulated device, with everything allowed."""
    code, out, err = run("conform", "--allow", "light,motion,travel,output", ROOT / "Configs" / "rig-simulated.yaml")
    assert code == 0, out + err
    assert "BROKEN" not in out and "FAILED" not in out and "is not allowed" not in out
    assert re.search(r"^Laser \(simulated-light-source\)$", out, re.M)
    assert re.search(r"^  \w+ +(\d+\.\d\d s)?  kept       a light source gives the power that was set$", out, re.M)
    assert re.search(r"^  \w+ +(\d+\.\d\d s)?  kept       wheel: a filter wheel goes to each of its", out, re.M)
    assert re.search(r"^Wheel: \d+ kept, 0 broken, 0 not tried, in \d+\.\d\d s$", out, re.M)
    assert out.splitlines()[-1].startswith("as they must be: Camera, TestCamera, ")


def test_json_is_as_documented(tmp_path):
    """docs/conform.md has all keys, and no others."""
    text = (ROOT / "docs" / "conform.md").read_text()

    def keys(heading):
        section = text.split("### %s\n" % heading)[1].split("\n#")[0]
        return {key for row in re.findall(r"^\| (`.*?) \|", section, re.M) for key in re.findall(r"`(\w+)`", row)}

    made = report(write_config(tmp_path, [LASER, CAMERA, {**ABSENT, "may_be_absent": True}]), "--allow", "light")
    assert set(made) == keys("The object")
    assert [device["verdict"] for device in made["devices"]] == ["kept", "kept", "absent"]
    for device in made["devices"]:
        assert set(device) == keys("A device")
        for contract in device["contracts"]:
            assert set(contract) == keys("A contract")
            time = "instant" if contract["seconds"] < 0.1 else "quick" if contract["seconds"] < 1 else "slow"
            assert contract["time"] == time or contract["seconds"] in (0.1, 1)
        for word in ("kept", "broken", "not_tried"):
            assert device[word] == len(contracts(device, word))
    assert made["status"] == 0 and made["devices"][0]["forbidden"] == []
    assert made["seconds"] >= sum(device["seconds"] for device in made["devices"]) - 0.01


def test_a_device_with_a_fault(tmp_path):
    """What is wrong is told, and with the others goes on."""
    file = write_config(tmp_path, [FAULTY, LASER])
    made = report(file, "--allow", "light", status=1)
    camera, laser = made["devices"]
    assert made["status"] == 1 and camera["verdict"] == "broken" and laser["verdict"] == "kept"
    broken = contracts(camera, "broken")
    assert "a camera gives one image for each trigger, however soon they come" in broken
    assert "a camera's ROI can be set to all of the sensor" not in broken
    code, out, _ = run("conform", file, "Camera")
    assert code == 1
    assert re.search(r"BROKEN     a camera gives one image.*\n {32}failed: .*Exception raised", out)
    assert out.splitlines()[-1] == "NOT AS THEY MUST BE: Camera"


def test_a_device_that_is_not_there(tmp_path):
    """A floating device that is not found, and one at a port that is missing."""
    port = {"name": "Port", "driver": "cobolt", "port": 8005, "conf": {"port": str(tmp_path / "none")}}
    made = report(write_config(tmp_path, [ABSENT, port]), status=1)
    assert [device["verdict"] for device in made["devices"]] == ["failed", "failed"]
    assert "NOT-THERE" in made["devices"][0]["reason"] and made["devices"][0]["uid"] == "NOT-THERE"
    assert str(tmp_path / "none") in made["devices"][1]["reason"]


def test_a_report_for_an_issue(tmp_path, monkeypatch):
    """Markdown with what was tried, the driver, model, firmware and versions, and nothing that tells whose device it is."""
    monkeypatch.setenv("USER", "grace")
    laser = {"name": "Gracelaser", "driver": "deepstar", "port": 8001, "simulated": True,
             "conf": {"port": "usb:A50285BI"}}
    file = write_config(tmp_path, [laser, FAULTY, ABSENT])
    code, out, err = run("conform", "--report", "--allow", "light", file)
    assert code == 1 and "kept" in err
    assert out.startswith("# Report of a device\n")
    assert re.search(r"^\| device-server \| \d+\.\d+\.\d+ \|$", out, re.M) and re.search(r"^\| system \| .+kernel \d", out, re.M)
    assert re.findall("^## (.*)$", out, re.M) == [
        "`deepstar`", "`simulated-camera`", "`simulated-floating-camera`", "From the person at the device"]
    light, camera, absent = out.split("\n## ")[1:4]
    assert "| hardware | simulated |" in light and "| agreed so far | python-microscope 0.7.0 |" in light
    assert re.search(r"^\| (model|firmware) \| .+ \|$", light, re.M)
    assert re.search(r"^\| a light source is off when it has been opened \| passed, \d+\.\d\d s \|$", light, re.M)
    assert re.search(r"^\| a camera gives one image for each trigger, .*\| \*\*failed\*\*: .+ \|$", camera, re.M)
    assert re.search(r"^\| reason \| .*simulated-floating-camera \(serial number\) was not found: .*; seen: \(serial numbers\) \|$", absent, re.M)
    words = set(re.findall(r"[\w.-]+", out))
    for private in ("grace", "Gracelaser", "A50285BI", "NOT-THERE", "SIM-1", socket.gethostname(), file.name):
        assert private not in words, private
    assert str(tmp_path) not in out and "VL08223012R111" not in out
    for row in re.findall(r"^\|.*$", out, re.M):
        assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_a_report_does_not_name_the_port_of_a_device_that_is_not_there(tmp_path):
    port = {"name": "Port", "driver": "cobolt", "port": 8005, "conf": {"port": "usb:A50285BI"}}
    code, out, _ = run("conform", "--report", write_config(tmp_path, [port]))
    assert code == 1 and "could not be opened" in out and "A50285BI" not in out


def test_a_device_that_works_with_others(tmp_path):
    """Is not tried, since without a server these are not there; that is no fault of its."""
    stage = {"name": "Stage", "driver": "simulated-stage", "port": 8006,
             "conf": {"limits": {"x": [0, 10], "y": [0, 10], "z": [0, 10]}}}
    camera = {"name": "Aware", "driver": "stage-aware-camera", "port": 8007,
              "conf": {"image": {"width": 64, "height": 64, "channels": 6}, "stage": "Stage", "filter_wheel": "Wheel"}}
    (device,) = report(write_config(tmp_path, [stage, WHEEL, camera]), "Aware")["devices"]
    assert device["verdict"] == "dependent" and "works with" in device["reason"] and "Stage" in device["reason"]


def test_one_device_of_many(tmp_path):
    """The others are not opened."""
    made = report(write_config(tmp_path, [ABSENT, CAMERA]), "Camera")
    assert [device["name"] for device in made["devices"]] == ["Camera"]


@pytest.mark.parametrize("arguments, message", [
    ((), "config"), (("none.yaml",), "none.yaml"), (("{}", "Nobody"), "has no device 'Nobody'; it has Laser, Wheel"),
    (("{}", "--allow", "lihgt"), "unknown effect 'lihgt'; choose from output, motion, travel, light"),
    (("{}", "--allow", "images"), "unknown effect 'images'"), (("{}", "--jsno"), "--jsno"),
], ids=str)
def test_wrong_command_lines(tmp_path, arguments, message):
    """Status 2, and nothing on standard output."""
    file = write_config(tmp_path, [LASER, WHEEL])
    code, out, err = run("conform", *(argument.format(file) for argument in arguments))
    assert (code, out) == (2, "") and message in err


def test_wrong_configurations(tmp_path):
    """All errors in them, with their places."""
    code, out, err = run("conform", write_config(tmp_path, [{**LASER, "driver": "lazer"}]))
    assert (code, out) == (2, "") and "unknown driver 'lazer'" in err and "config.yaml:" in err


def test_help():
    """It says what the program does with light."""
    code, out, _ = run("conform", "--help")
    assert code == 0 and "switches light on" in out


# MARK: what is asked


@pytest.fixture
def laser(factory, tmp_path):
    """The path of a simulated Cobolt's port."""
    path = str(tmp_path / "tty")
    factory.simulate("cobolt", path)
    yield path
    factory.remove_simulation(path)


def cobolt(path):
    return {"name": "Laser", "driver": "cobolt", "port": 8001, "conf": {"port": path}}


def test_nothing_dangerous_happens_unasked(tmp_path, laser, factory):
    """Without a terminal and without --allow a laser stays off, as its own transcript says."""
    file = write_config(tmp_path, [cobolt(laser), WHEEL])
    _, out, _ = run("conform", "--json", file)
    device, wheel = json.loads(out)["devices"]
    assert "l1\r" not in factory.transcript(laser)
    assert device["forbidden"] == ["light"] and wheel["forbidden"] == ["motion"]
    assert "a light source is on while it is enabled, and off at once after disable" in contracts(device, "not_tried")
    assert "a light source refuses a power that is not a number, and keeps its own" in contracts(device, "kept")
    assert "a filter wheel goes to each of its positions" in contracts(wheel, "not_tried")
    _, out, _ = run("conform", file, "Laser")
    assert "for the rest, answer y or use --allow light" in out
    run("conform", "--allow", "light", file, "Laser")
    assert "l1\r" in factory.transcript(laser)
    assert not factory.is_switched_on(laser)


def test_the_person_at_the_terminal_is_asked(tmp_path):
    """Device by device, with what exactly will happen; y and n count, and other words do not."""
    terminal = Terminal(write_config(tmp_path, [LASER, WHEEL, CAMERA]), "--json")
    terminal.expect(r"Laser switches light on, again and again, at no more than 40 % of its power\.\r\n")
    terminal.expect(r"Go on\? \[y/n\] ")
    terminal.type("what?\n")
    terminal.expect(r"Go on\? \[y/n\] ")
    terminal.type("n\n")
    terminal.expect(r"Wheel goes to each of its 6 positions, and back\.\r\n")
    terminal.expect(r"Go on\? \[y/n\] ")
    terminal.type("y\n")
    code, out = terminal.end()
    assert code == 0
    laser, wheel, camera = json.loads(out)["devices"]
    assert laser["forbidden"] == ["light"] and wheel["forbidden"] == [] and camera["forbidden"] == []
    assert "a filter wheel goes to each of its positions" in contracts(wheel, "kept")


def test_what_is_allowed_is_not_asked_for(tmp_path):
    """The first question is about the wheel."""
    terminal = Terminal(write_config(tmp_path, [LASER, WHEEL]), "--allow", "light")
    assert "Laser" not in terminal.expect(r"(?s)^(.*)Go on\? \[y/n\] ")[1]
    terminal.type("\x04")
    code, out = terminal.end()
    assert code == 0 and "Wheel: " in out and "--allow motion" in out


# MARK: how it ends early


def start(*arguments):
    """The program, as a script would run it."""
    return Program("device-server", "conform", *arguments)


def test_a_signal_switches_light_off(tmp_path, laser, factory):
    """In the middle of a trial, while light is on."""
    program = start("--allow", "light", write_config(tmp_path, [cobolt(laser)]))
    try:
        eventually(lambda: factory.is_switched_on(laser), "the laser is on")
        program.process.send_signal(signal.SIGINT)
        assert program.wait() == 130
    finally:
        program.kill()
    assert not factory.is_switched_on(laser)
    assert "SIGINT: shutting down the device" in program.text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_long_wait(tmp_path, number):
    """A stage that takes hours from end to end; what comes after it is not tried."""
    stage = {"name": "Stage", "driver": "simulated-stage", "port": 8001,
             "conf": {"limits": {"x": [0, 25000]}, "speed": 1}}
    program = start("--allow", "motion,travel", write_config(tmp_path, [stage, WHEEL]))
    try:
        # The next contract is the first one that moves it.
        while "a stage stays where it is when enabled" not in program.process.stdout.readline():
            pass
        program.process.send_signal(number)
        assert program.wait() == 128 + number
        rest = program.process.stdout.read()
    finally:
        program.kill()
    assert "a stage has arrived when a call that moves it returns" not in rest
    assert re.search(r"^Stage: interrupted; \d\d kept, 0 broken", rest, re.M)
    assert "Wheel: interrupted; 0 kept" in rest
    assert rest.splitlines()[-1] == "interrupted: Stage, Wheel"


def test_a_signal_ends_a_question(tmp_path):
    """And is no answer; the report still comes."""
    terminal = Terminal("--json", write_config(tmp_path, [LASER, CAMERA]))
    terminal.expect(r"Go on\? \[y/n\] ")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.end()
    made = json.loads(out)
    assert code == made["status"] == 130
    assert [(device["verdict"], device["contracts"]) for device in made["devices"]] == [("interrupted", [])] * 2


# MARK: what others have


def test_what_a_server_has_is_left_alone(serve, tmp_path):
    """Also if it waits for it; what is new in the file is tried."""
    server = serve([{**WHEEL, "port": 0}, {**ABSENT, "port": 0}])
    server.uri("Wheel")
    server.wait_for("Absent: .* was not found")
    file = write_config(tmp_path, [{**WHEEL, "port": 0}, {**ABSENT, "port": 0}, CAMERA])
    made = report(file, status=2)
    wheel, absent, camera = made["devices"]
    assert [wheel["verdict"], absent["verdict"], camera["verdict"]] == ["served", "served", "kept"]
    assert str(file) in wheel["reason"] and wheel["contracts"] == []
    assert int(re.search(r"process (\d+)", wheel["reason"])[1]) in server.workers
    # With its hardware simulated it is another device.
    assert report("--simulated", file, "Wheel")["devices"][0]["verdict"] == "kept"


def test_a_uid_that_another_configuration_serves(serve, tmp_path):
    """Whatever it is called there."""
    camera = {"driver": "simulated-floating-camera", "uid": "SIM-1"}
    server = serve([{"name": "Red", "port": 0, **camera}])
    server.uri("Red")
    other = tmp_path / "other"
    other.mkdir()
    made = report(write_config(other, [{"name": "Mine", "port": 8001, **camera}]), status=2)
    assert made["devices"][0]["verdict"] == "served" and " as Red of " in made["devices"][0]["reason"]
