"""The rehearsal itself, inside the guest: wheels at real ports, under the real udev and the real drivers of the kernel."""
import grp
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))
sys.dont_write_bytecode = True

import microscope  # noqa: E402
import Pyro4  # noqa: E402
import video  # noqa: E402
import receivers  # noqa: E402,F401  sets Pyro4 up for pickle
from servers import BIN, DeviceServer, free_port, write_config  # noqa: E402
from testbed import Testbed  # noqa: E402
from waiting import eventually  # noqa: E402

# An emulated processor takes its time.
PATIENCE = 60.0
NOBODY = 65534
DEVICES = Path("/sys/bus/usb/devices")
# By the numbers of vendor and product, and whether the kernel has a driver for it.
WHEELS = {"zwo": ("03c3", "1f01", True), "starlight-xpress": ("1278", "0920", True),
          "clarity": ("1f0a", "0088", True), "finger-lakes": ("0f18", "0007", False)}
DRIVERS = {"zwo": "zwo-efw", "starlight-xpress": "starlight-xpress-wheel", "clarity": "aurox-clarity",
           "finger-lakes": "finger-lakes-cfw"}
START = time.monotonic()


def say(text):
    print("%6.1f s  %s" % (time.monotonic() - START, text), flush=True)


def attribute(device, name):
    try:
        return (device / name).read_text().strip()
    except OSError:
        return None


def find(kind):
    """Where a wheel is plugged in, or None."""
    vendor, product, _ = WHEELS[kind]
    for device in DEVICES.iterdir():
        if (attribute(device, "idVendor"), attribute(device, "idProduct")) == (vendor, product):
            return device
    return None


def node(kind):
    device = find(kind)
    return device and Path("/dev/bus/usb/%03d/%03d" % (
        int(attribute(device, "busnum")), int(attribute(device, "devnum"))))


def driver(kind):
    """The kernel's driver that has the wheel."""
    device = find(kind)
    link = device and device / (device.name + ":1.0") / "driver"
    return link.resolve().name if link and link.exists() else None


def start_udev():
    """The real udevd, with the rules of this repository."""
    for file in (ROOT / "Configs" / "udev").glob("*.rules"):
        shutil.copy(file, "/etc/udev/rules.d/")
    # The rules of libfli2 and indi-sx, which let everybody use their wheels, are not ours to try: a link to nothing
    # switches them off.
    for other in ("99-fli.rules", "99-sx.rules"):
        os.symlink("/dev/null", "/etc/udev/rules.d/" + other)
    program = next(path for path in ("/usr/bin/udevadm", "/bin/udevadm") if os.path.exists(path))
    # The program knows what to be by the name that it is called by; a root that is not init's is no reason not to.
    subprocess.run(["systemd-udevd", "--daemon"], executable=program, check=True,
                   env={**os.environ, "SYSTEMD_IGNORE_CHROOT": "1"})
    for action in (["trigger", "--action=add"], ["settle"]):
        subprocess.run([program, *action], check=True, env={**os.environ, "SYSTEMD_IGNORE_CHROOT": "1"})


def serve(folder, groups, name="config"):
    """A server that an ordinary user has started."""
    place = folder / name
    place.mkdir()
    definitions = [{"name": kind, "driver": DRIVERS[kind], "port": free_port(), "conf": {}} for kind in WHEELS]
    definitions.append({"name": "laser", "driver": "cobolt", "port": free_port(), "conf": {"port": "usb:LSR0007"}})
    config = write_config(place, definitions)
    return DeviceServer(config, user=NOBODY, group=NOBODY, extra_groups=groups)


def proxy(server, kind):
    wheel = Pyro4.Proxy(server.uri(kind, PATIENCE))
    wheel._pyroTimeout = PATIENCE
    return wheel


def look_around():
    """What hwprobe tells of this computer, and what its doctor has to say to a user who is in no group."""
    found = json.loads(hwprobe("--json"))
    assert {device["drivers"][0] for device in found["usb"]} == set(DRIVERS.values()), found["usb"]
    assert {entry["driver"] for device in found["usb"] for entry in device["kernel_drivers"]} == {"usbhid"}
    adapter, = [port for port in found["serial_ports"] if port["serial"] == "LSR0007"]
    assert adapter["name"] == "usb:LSR0007" and adapter["path"] == "/dev/ttyUSB0", adapter
    assert "LSR0007" in adapter["by_id"], adapter
    findings = json.loads(hwprobe("doctor", "--json", "--user", "nobody"))["findings"]
    about = [row for row in findings if row["check"] == "permissions" and row["subject"].startswith("USB")]
    assert len(about) == len(WHEELS), findings
    assert all(row["command"].startswith("sudo usermod -aG plugdev nobody") for row in about), about
    say("hwprobe lists %d wheels and the adapter, and says how to be let in" % len(about))


def record():
    """Prints this computer's devices as umockdev plays them back: see Tests/Clients/machines."""
    print("The recording begins", flush=True)
    devices = sorted(map(str, DEVICES.iterdir()))
    ports = [str(Path("/sys/class/tty/ttyUSB0").resolve())]
    subprocess.run(["umockdev-record", *devices, *ports], check=True)
    print("The recording ends", flush=True)


def hwprobe(*arguments):
    """What hwprobe prints; with its status the doctor only tells whether it found anything."""
    return subprocess.run([BIN / "hwprobe", *arguments], capture_output=True, text=True).stdout


def play(folder):
    assert os.path.exists("/dev/serial/by-id"), "udev has not seen the serial port"
    names = os.listdir("/dev/serial/by-id")
    assert any("LSR0007" in name for name in names), names
    say("udev has named the serial port: %s" % names[0])

    testbed = Testbed("--kernel")
    for port, kind in enumerate(WHEELS):
        testbed.make(port, kind, step=0.2)
    plugdev = grp.getgrnam("plugdev").gr_gid
    for kind, (_, _, has_driver) in WHEELS.items():
        file = eventually(lambda: node(kind), "%s is there" % kind, PATIENCE)
        # udev sets the group first, and then the mode.
        eventually(lambda: file.exists() and file.stat().st_gid == plugdev and stat.S_IMODE(file.stat().st_mode) == 0o660,
                   "%s belongs to plugdev" % file, PATIENCE)
        eventually(lambda: (driver(kind) == "usbhid") == has_driver, "%s: %s" % (kind, driver(kind)), PATIENCE)
        say("%s is %s of plugdev, with the kernel's driver %s" % (kind, file, driver(kind)))

    look_around()
    if "record=1" in Path("/proc/cmdline").read_text().split():
        record()

    server = serve(folder, [], "stranger")
    for kind in WHEELS:
        server.wait_for(r"ERROR \S+ %s: .*this user may not write to.*60-filter-wheels.rules" % kind, PATIENCE)
    server.wait_for(r"ERROR \S+ laser: .*/dev/ttyUSB0: Permission denied; is the user in the group", PATIENCE)
    server.kill()
    say("a user who is not in the group is told what to do")

    server = serve(folder, [plugdev, grp.getgrnam("dialout").gr_gid])
    laser = proxy(server, "laser")
    laser.enable()
    laser.power = 0.25
    assert laser.get_is_on() and abs(laser.power - 0.25) < 0.01, laser.power
    laser.disable()
    assert not laser.get_is_on()
    say("the laser at usb:LSR0007 shone at a quarter of its power, through the kernel's %s" % os.path.basename(
        os.path.realpath("/sys/class/tty/ttyUSB0/device/driver")))
    wheels = {kind: proxy(server, kind) for kind in WHEELS}
    for kind, wheel in wheels.items():
        for position in (3, 0, 2):
            wheel.position = position
            assert wheel.position == position
        assert driver(kind) != "usbhid"
        say("%s has gone to 3, 0 and 2 of %d for an ordinary user" % (kind, wheel.n_positions))

    failures = []

    def move():
        other = Pyro4.Proxy(wheels["zwo"]._pyroUri)
        try:
            other.position = 6
        except microscope.DeviceError as error:
            failures.append(error)

    moving = threading.Thread(target=move)
    moving.start()
    time.sleep(0.3)
    begin = time.monotonic()
    testbed.unplug(0)
    server.wait_for(r"has been unplugged", PATIENCE)
    noticed = time.monotonic() - begin
    moving.join(PATIENCE)
    assert len(failures) == 1 and "unplugged" in str(failures[0]), failures
    # The processor is emulated; on a real one the limit is a second.
    assert noticed < 3, noticed
    say("zwo, unplugged in mid-move, was noticed after %.2f s" % noticed)
    testbed.plug(0)

    def is_ready():
        try:
            return wheels["zwo"].position == 0
        except microscope.DeviceError:
            return False

    eventually(is_ready, "zwo has found its place", PATIENCE)
    wheels["zwo"].position = 2
    assert wheels["zwo"].position == 2
    say("zwo, plugged in again, works for the same client")

    server.process.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE) == 0
    for kind, (_, _, has_driver) in WHEELS.items():
        eventually(lambda: (driver(kind) == "usbhid") == has_driver, "%s: %s" % (kind, driver(kind)), PATIENCE)
    say("the kernel's drivers have the wheels back")


try:
    start_udev()
    say("udev runs")
    place = Path("/tmp/play")
    place.mkdir()
    place.chmod(0o755)
    play(place)
    video.play(place, say)
    print("The rehearsal went well", flush=True)
except BaseException:
    traceback.print_exc()
    print("The rehearsal went wrong", flush=True)
