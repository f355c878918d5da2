"""hwprobe on made-up devices, beside a running server."""
import json
import os
import pty
import re
import subprocess

import pytest

from servers import BIN, ROOT, DeviceServer, free_port, write_config
from testbed import Testbed


# Recorded by `Tests/Rehearsal/rehearse --record`, on a kernel with its own drivers, udev and an adapter of QEMU's.
RECORDED = ROOT / "Tests" / "Clients" / "machines" / "wheels-and-adapter.umockdev"
# The simulated library of Andor, where the programs were built and where they are installed from.
ANDOR_LIBRARY = next(path for path in (BIN / "libatcore-simulated" / "libatcore.so", BIN / "libatcore.so") if path.exists())
KINDS = ["zwo-efw", "starlight-xpress-wheel", "aurox-clarity", "finger-lakes-cfw"]


@pytest.fixture
def testbed():
    testbed = Testbed()
    yield testbed
    testbed.close()


def probe(testbed, *arguments):
    """The status of hwprobe, and what it prints."""
    done = subprocess.run([str(BIN / "hwprobe"), *map(str, arguments)], env=testbed.environment,
                          capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def definition(name, **conf):
    return {"name": name, "driver": "zwo-efw", "port": free_port(), "conf": conf}


def test_what_is_there_and_what_a_server_has(testbed, tmp_path):
    """A free wheel, one that a server has, and one that is not there."""
    testbed.make("1-1", "zwo")
    testbed.make("1-2", "zwo")
    file = write_config(tmp_path, [definition("Free", port="1-1"), definition("Absent", port="1-9")])
    served = tmp_path / "served"
    served.mkdir()
    server = DeviceServer(write_config(served, [definition("Taken", port="1-2")]), env=testbed.environment)
    try:
        server.uri("Taken")
        status, output, errors = probe(testbed, "--json", "--config", file)
        assert status == 1, errors
        found = json.loads(output)
        assert [device["port"] for device in found["usb"]] == ["1-1", "1-2"]
        assert [[holder["served_as"] for holder in device["holders"]] for device in found["usb"]] == [[], ["Taken"]]
        assert [(row["name"], row["presence"]) for row in found["definitions"]] == [
            ("Free", "present"), ("Absent", "absent")]
        assert "Taken" in [device["name"] for device in found["served"]]
        assert server.process.poll() is None
    finally:
        server.kill()


def test_definitions_to_paste_are_a_configuration(testbed, tmp_path, connect):
    """What --yaml prints is read by the server without errors."""
    for port, kind in [("1-1", "zwo"), ("1-2", "zwo"), ("1-3", "clarity")]:
        testbed.make(port, kind)
    status, output, errors = probe(testbed, "--yaml")
    assert status == 0, errors
    file = tmp_path / "pasted.yaml"
    file.write_text(output)
    subprocess.run([str(BIN / "device-server"), "--check", str(file)], check=True, timeout=30)
    status, output, _ = probe(testbed, "--config", file)
    assert status == 0 and output.count("present") == 3, output
    # Other programs may have these ports.
    file.write_text(re.sub(r"\bport: \d+$", "port: 0", file.read_text(), flags=re.M))
    server = DeviceServer(file, env=testbed.environment)
    try:
        for name in re.findall(r"\bname: (\w+)", file.read_text()):
            assert connect(server.uri(name)).get_num_positions() > 1
    finally:
        server.kill()


class Instruments:
    """Simulated instruments of these drivers behind pseudo-terminals, by name."""

    def __init__(self, folder, *names):
        self.ports = {name: folder / ("port-" + name) for name in names}
        self._processes = [
            subprocess.Popen([str(BIN / "test-server"), "instrument", name, str(port)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True) for name, port in self.ports.items()]
        for process in self._processes:
            assert process.stdout.readline() == "ready\n"

    def close(self):
        for process in self._processes:
            process.stdin.close()
            process.wait(20)
            process.stdout.close()


@pytest.fixture
def instruments(tmp_path):
    made = []

    def make(*names):
        made.append(Instruments(tmp_path, *names))
        return made[-1].ports

    yield make
    for one in made:
        one.close()


# Devices that are asked at their serial ports, and what each is then.
SERIAL = {
    "cobolt": "get_is_on", "obis": "get_is_on", "deepstar": "get_is_on", "thorlabs-filter-wheel": "get_num_positions",
    "thorlabs-ell-slider": "get_num_positions", "zaber-daisy-chain": "devices", "asi-ms2000": "devices",
    "prior-proscan-iii": "devices", "ludl-mc2000": "devices", "lumencor": "devices", "arduino-trigger": "read_all_lines",
    "teensy-pulses": "get_all_settings"}


def served_as_printed(text, folder, environment, connect):
    """Serves what hwprobe printed, at ports that the kernel chooses: connections by driver."""
    file = folder / "scope.yaml"
    file.write_text(text)
    subprocess.run([str(BIN / "device-server"), "--check", str(file)], check=True, timeout=30, env=environment)
    file.write_text(re.sub(r"\bport: \d+(?=[, ])", "port: 0", text))
    server = DeviceServer(file, env=environment)
    try:
        names = re.findall(r"name: (\w+), driver: ([\w-]+)", text)
        yield {driver: connect(server.uri(name, 60)) for name, driver in names}
    finally:
        server.kill()


def test_devices_at_serial_ports_are_asked_and_served(testbed, instruments, tmp_path, connect):
    """`hwprobe --yaml --ask PORT DRIVER … > scope.yaml` gives a file that serves."""
    ports = instruments(*SERIAL)
    asked = [word for driver, port in ports.items() for word in ("--ask", port, driver)]
    status, output, errors = probe(testbed, "--yaml", *asked)
    assert (status, errors) == (0, ""), output
    for devices in served_as_printed(output, tmp_path, testbed.environment, connect):
        assert set(devices) == set(SERIAL)
        for driver, member in SERIAL.items():
            value = getattr(devices[driver], member)
            if member == "get_is_on":
                assert value() is False
            else:
                assert (value if member == "devices" else value())


def test_all_kinds_of_attachment_in_one_file(testbed, instruments, tmp_path, connect):
    """A wheel on USB, a laser at a serial port and a camera of a vendor's library."""
    testbed.make("1-1", "zwo")
    (tmp_path / "cameras.conf").write_text("pace 0\nstate %s\ncamera zyla-4.2 VSC-77\n" % tmp_path)
    environment = {**testbed.environment, "ANDOR_SDK3_LIBRARY": str(ANDOR_LIBRARY),
                   "ANDOR_SDK3_SIMULATED_WORLD": str(tmp_path / "cameras.conf")}
    done = subprocess.run([str(BIN / "hwprobe"), "--yaml", "--ask", instruments("cobolt")["cobolt"], "cobolt"],
                          env=environment, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    for devices in served_as_printed(done.stdout, tmp_path, environment, connect):
        assert set(devices) == {"zwo-efw", "cobolt", "andor-sdk3"}
        assert devices["andor-sdk3"].get_id() == "VSC-77"
        assert devices["zwo-efw"].get_num_positions() == 7
        assert devices["cobolt"].get_is_on() is False


def test_a_device_that_does_not_answer_is_no_definition(testbed, instruments, tmp_path):
    """The others are; the reason is on standard error and in a comment, and the status says that one is missing."""
    silent, line = pty.openpty()
    try:
        status, output, errors = probe(
            testbed, "--yaml", "--ask", os.ttyname(line), "deepstar", "--ask", instruments("cobolt")["cobolt"], "cobolt")
    finally:
        os.close(silent)
        os.close(line)
    assert status == 1 and "deepstar at /dev/pts/" in errors and "# deepstar at /dev/pts/" in output
    assert re.findall(r"^  - .*driver: ([\w-]+)", output, re.M) == ["cobolt"]
    file = tmp_path / "scope.yaml"
    file.write_text(output)
    subprocess.run([str(BIN / "device-server"), "--check", str(file)], check=True, timeout=30)


def test_without_any_device_the_next_steps_are_named(testbed):
    """An empty file would be a riddle."""
    status, output, _ = probe(testbed, "--yaml")
    assert status == 0 and output.startswith("devices: []\n")
    assert "--ask PORT DRIVER" in output and "device-server init" in output


def test_the_doctor_says_what_mends_it(testbed):
    """A wheel that a user may not use, and the commands."""
    testbed.make("1-1", "zwo")
    testbed.forbid("1-1")
    status, output, _ = probe(testbed, "doctor", "--json", "--user", "nobody")
    assert status == 1
    findings = [row for row in json.loads(output)["findings"] if row["check"] == "permissions"]
    assert [row for row in findings if "1-1" in row["subject"] and row["command"].startswith("sudo ")]


def test_a_port_that_says_nothing_is_told(testbed):
    """Asking is for one port and one driver, and no answer is no success."""
    master, slave = pty.openpty()
    try:
        status, output, _ = probe(testbed, "--ask", os.ttyname(slave), "cobolt")
        assert status == 1 and "no answer" in output, output
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize("arguments", [["--ask", "/dev/ttyS0"], ["--ask", "/dev/ttyS0", "zwo-efw"], ["--ask", "/dev/ttyS0", "nothing"],
                                       ["--ask", "/dev/ttyS0", "cobolt", "--ask", "/dev/ttyS1"],
                                       ["--json", "--yaml"], ["--config", "/nowhere.yaml"],
                                       ["doctor", "--user", "no-such-user"]])
def test_wrong_words_end_with_64(testbed, arguments):
    """The command line is told from what is found."""
    status, _, errors = probe(testbed, *arguments)
    assert status == 64 and errors


def test_real_configurations_are_looked_for(testbed):
    """All that is known of the wheels in the example is that none is there."""
    status, output, _ = probe(testbed, "--config", ROOT / "Configs" / "filter-wheels.yaml")
    assert status == 1 and output.count("absent") == 5, output


def on_recorded(*arguments):
    """The status of hwprobe on a recorded machine, and what it prints."""
    done = subprocess.run(["umockdev-run", "--device", RECORDED, "--", BIN / "hwprobe", *arguments],
                          capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout


def test_a_recorded_machine():
    """What a real kernel and a real udev tell: wheels with the kernel's driver, and an adapter by its serial number."""
    status, output = on_recorded("--json", "--all")
    assert status == 0
    found = json.loads(output)
    assert [device["drivers"] for device in found["usb"]] == [[]] + [[kind] for kind in KINDS]
    assert {device["speed_mbps"] for device in found["usb"]} == {12}
    bound = [[entry["driver"] for entry in device["kernel_drivers"]] for device in found["usb"]]
    assert bound == [["ftdi_sio"], ["usbhid"], ["usbhid"], ["usbhid"], []]
    port, = (port for port in found["serial_ports"] if port["usb_port"])
    assert (port["path"], port["name"], port["serial"], port["usb_port"]) == (
        "/dev/ttyUSB0", "usb:LSR0007", "LSR0007", "1-1")
    assert port["by_id"] == "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_LSR0007-if00-port0"
    status, output = on_recorded("doctor", "--json", "--user", "nobody")
    assert status == 1
    found = [row["subject"] for row in json.loads(output)["findings"] if row["check"] == "permissions"]
    assert len([subject for subject in found if subject.startswith("USB")]) == len(KINDS)


def test_the_doctor_reads_the_configuration(testbed, tmp_path):
    """The doctor prints what `--check` finds: here, two devices at one serial port by two names."""
    master, slave = pty.openpty()
    link = tmp_path / "laser-port"
    link.symlink_to(os.ttyname(slave))
    config = write_config(tmp_path, [
        {"name": "Red", "driver": "cobolt", "port": free_port(), "conf": {"port": os.ttyname(slave)}},
        {"name": "Blue", "driver": "cobolt", "port": free_port(), "conf": {"port": str(link)}}])
    try:
        status, output, errors = probe(testbed, "doctor", "--json", "--config", config)
        assert status == 1, errors
        found, = (row for row in json.loads(output)["findings"] if row["check"] == "configuration")
        assert found["weight"] == "problem" and "Red" in found["text"] and "use one serial port" in found["text"]
        assert found["subject"].startswith("%s:" % config) and "device-server --check" in found["command"]
        text = probe(testbed, "doctor", "--config", config)[1]
        assert "Problem: %s:" % config in text and "use one serial port" in text
    finally:
        os.close(master)
        os.close(slave)


def simulated(library):
    """The file of a simulated library, as it is built or as it is installed."""
    return next(path for path in (BIN / f"{library}.so", BIN / f"{library}-simulated" / f"{library}.so",
                                  BIN.parent / "lib" / "device-server" / f"{library}-simulated" / f"{library}.so")
                if path.exists())


def test_cameras_of_libraries_that_list_them(tmp_path):
    """Serial number, model, firmware and link, without opening a camera; --yaml selects each by its serial number."""
    (tmp_path / "dcam").write_text("pace 0\norder fixed\nstate %s\ncamera flash4-v3 001234\n" % tmp_path)
    (tmp_path / "ximea").write_text("pace 0\norder fixed\nstate %s\ncamera mq013mg 20751650\n" % tmp_path)
    # As if the vendors' own were installed.
    environment = {**os.environ, "DCAM_LIBRARY": str(simulated("libdcamapi")), "XIMEA_LIBRARY": str(simulated("libm3api")),
                   "DCAM_SIMULATED_WORLD": str(tmp_path / "dcam"), "XIMEA_SIMULATED_WORLD": str(tmp_path / "ximea")}
    done = subprocess.run([str(BIN / "hwprobe"), "--json"], env=environment, capture_output=True, text=True, timeout=60)
    found = {camera["driver"]: camera for camera in json.loads(done.stdout)["cameras"]}
    assert found["hamamatsu-dcam"] == {
        "driver": "hamamatsu-dcam", "serial": "001234", "model": "C13440-20CU", "firmware": "4.20.B", "link": "USB3",
        "holder": None}
    assert found["ximea"] == {
        "driver": "ximea", "serial": "20751650", "model": "MQ013MG-E2", "firmware": None, "link": "U3V", "holder": None}
    done = subprocess.run([str(BIN / "hwprobe"), "--yaml"], env=environment, capture_output=True, text=True, timeout=60)
    assert 'driver: hamamatsu-dcam, port: 8001, conf: { serial: "001234" } }' in done.stdout
    assert 'driver: ximea, port: 8002, conf: { serial: "20751650" } }' in done.stdout
    (tmp_path / "scope.yaml").write_text(done.stdout)
    done = subprocess.run([str(BIN / "device-server"), "--check", str(tmp_path / "scope.yaml")], env=environment,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
