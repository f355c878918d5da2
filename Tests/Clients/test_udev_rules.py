"""The udev rules in Configs/udev, as the real udev reads them, on devices that are made up."""
import os
import re
import subprocess

import pytest

from servers import ROOT
from testbed import Testbed

RULES = ROOT / "Configs" / "udev" / "60-filter-wheels.rules"
CAMERA_RULES = ROOT / "Configs" / "udev" / "60-cameras.rules"
SERIAL_RULES = ROOT / "Configs" / "udev" / "60-serial-instruments.rules"
WHEELS = ["zwo", "starlight-xpress", "clarity", "finger-lakes"]


@pytest.fixture
def testbed():
    testbed = Testbed()
    yield testbed
    testbed.close()


def judge(testbed, port, rules):
    """What udev says of a device that has come: udev's words on the rules, and the device's properties.

    udevadm has no command yet (before version 254) that only reads rules, and it reads them from fixed folders; one of
    these gets the file in a view of the file system that nobody else has.
    """
    script = ("for folder in /run/udev /dev/char; do mkdir -p $folder && mount -t tmpfs none $folder || exit; done"
              " && mkdir /run/udev/rules.d"
              " && cp '%s' /run/udev/rules.d/60-filter-wheels.rules"
              " && exec env LD_PRELOAD='%s' udevadm test --action=add /sys/bus/usb/devices/%s")
    environment = testbed.environment
    unshare = ["unshare", "--mount"] + ([] if os.getuid() == 0 else ["--map-root-user"])
    done = subprocess.run(
        [*unshare, "sh", "-c", script % (rules, environment.pop("LD_PRELOAD"), port)],
        env=environment, capture_output=True, text=True, timeout=20)
    if "unshare failed: Operation not permitted" in done.stderr:
        pytest.skip("needs the right to a view of the file system of its own: unshare --mount")
    assert done.returncode == 0, done.stderr
    words = [line for line in done.stderr.splitlines() if "60-filter-wheels.rules:" in line]
    return words, dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


@pytest.mark.parametrize("wheel", WHEELS)
def test_users_may_use_wheels(testbed, wheel):
    """Each wheel's node goes to the group, and to whoever sits at the screen."""
    testbed.make("1-1", wheel)
    words, properties = judge(testbed, "1-1", RULES)
    assert len(words) == 2, words
    assert re.search(r"GROUP \d+$", words[0]) and words[1].endswith("MODE 0660")
    assert ":uaccess:" in properties["TAGS"]


def test_other_devices_stay_as_they_are(testbed, tmp_path):
    """A device with another number gets nothing from these rules."""
    testbed.make("1-1", "zwo")
    rules = tmp_path / "other.rules"
    rules.write_text(RULES.read_text().replace("1f01", "1f10"))
    words, properties = judge(testbed, "1-1", rules)
    assert not words and "uaccess" not in properties.get("TAGS", "")


@pytest.mark.parametrize("vendor", ["136e", "0661", "20f7"])
def test_users_may_use_cameras(testbed, tmp_path, vendor):
    """Each vendor's cameras, whatever the model; the wheel that is made up gets the vendor's line."""
    testbed.make("1-1", "zwo")
    assert not judge(testbed, "1-1", CAMERA_RULES)[0]
    rules = tmp_path / "cameras.rules"
    rules.write_text(CAMERA_RULES.read_text().replace(vendor, "03c3"))
    words, properties = judge(testbed, "1-1", rules)
    assert len(words) == 2 and words[1].endswith("MODE 0660"), words
    assert ":uaccess:" in properties["TAGS"]


@pytest.mark.parametrize("vendor", ["25dc", "0d4d", "2939", "2341|2a03", "16c0"])
def test_modem_manager_is_kept_off(testbed, tmp_path, vendor):
    """Each vendor's devices are marked as none of ModemManager's; the wheel that is made up gets the vendor's line."""
    testbed.make("1-1", "zwo")
    assert "ID_MM_DEVICE_IGNORE" not in judge(testbed, "1-1", SERIAL_RULES)[1]
    text = SERIAL_RULES.read_text()
    assert text.count('idVendor}=="%s"' % vendor) == 1
    rules = tmp_path / "serial.rules"
    rules.write_text(text.replace(vendor, "03c3").replace("0483", "1f01"))
    assert judge(testbed, "1-1", rules)[1]["ID_MM_DEVICE_IGNORE"] == "1"


def test_udev_tells_what_is_wrong(testbed, tmp_path):
    """A mistake in the rules would be seen here."""
    testbed.make("1-1", "zwo")
    rules = tmp_path / "wrong.rules"
    rules.write_text(RULES.read_text().replace("GROUP=", "GRUPPE="))
    words, _ = judge(testbed, "1-1", rules)
    assert any("GRUPPE" in line for line in words), words
