"""Computers in a network of their own, made of namespaces, each with a message bus and the avahi daemon."""
import os
import shutil
import subprocess

from servers import BIN, DeviceServer, Program
from waiting import PATIENCE

MISSING = [tool for tool in ("avahi-daemon", "avahi-browse", "dbus-daemon", "ip", "nsenter") if not shutil.which(tool)]
# Why there can be none here, if so.
OBSTACLE = "needs " + ", ".join(MISSING) if MISSING else "needs root" if os.geteuid() else ""

BUS = """<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""

# No address of IPv6 is waited for, and what the machine's own configuration says does not count.
DAEMON = "[server]\nenable-dbus=yes\n[publish]\npublish-workstation=no\npublish-hinfo=no\n"

READY = "mount -t tmpfs tmpfs /run && mkdir /run/dbus && echo %s >/proc/sys/kernel/hostname && ip link set lo up"
JOIN = "ip address add %s/24 dev eth0 && ip link set eth0 up"


class Computer:
    """A computer by its name and address, without a network until it is connected to another one."""

    def __init__(self, folder, name, address):
        self.folder, self.address, self.daemon = folder / name, address, None
        self.folder.mkdir()
        # Holds the namespaces, and ends with its standard input, however the tests end.
        self._holder = subprocess.Popen(["unshare", "--net", "--mount", "--uts", "sh", "-c", "echo; exec cat"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holder.stdout.readline()
        self.entry = [shutil.which("nsenter"), "--target=%d" % self._holder.pid, "--net", "--mount", "--uts"]
        self.run("sh", "-c", READY % name)
        (self.folder / "bus.conf").write_text(BUS)
        (self.folder / "avahi.conf").write_text(DAEMON)
        self.bus = self.start("dbus-daemon", "--nofork", "--print-address", "--config-file=%s/bus.conf" % self.folder)
        assert self.bus.process.stdout.readline(), self.bus.text()

    def connect(self, other):
        """Lays a cable to another computer."""
        self.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", other._holder.pid)
        for computer in (self, other):
            computer.run("sh", "-c", JOIN % computer.address)

    def start_daemon(self):
        """Starts the avahi daemon."""
        # Other users do not see into the tests' folder.
        self.daemon = self.start("avahi-daemon", "--no-drop-root", "--no-chroot", "-f", self.folder / "avahi.conf")
        self.daemon.wait_for("Server startup complete")

    def stop_daemon(self):
        """Ends the avahi daemon as systemd does."""
        self.daemon.process.terminate()
        assert self.daemon.wait() == 0
        self.daemon.kill()
        self.daemon = None

    def start(self, *command):
        """Starts a program there."""
        return Program(*self.entry, *command)

    def serve(self, config, **environment):
        """Starts a device-server there."""
        return _ServerOn(self, config, environment)

    def run(self, *command, status=0, **environment):
        """Runs a command there to its end: what it printed, or with a status that is not 0 what it said of that."""
        done = subprocess.run([*self.entry, *map(str, command)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE, env={**os.environ, **environment})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stderr if status else done.stdout

    def devicectl(self, *arguments, **options):
        """Runs devicectl there, as `run` does."""
        return self.run(BIN / "devicectl", *arguments, **options)

    def switch_off(self):
        """Ends what belongs to it."""
        for program in (self.daemon, self.bus):
            if program:
                program.kill()
        self._holder.stdin.close()
        self._holder.wait()
        self._holder.stdout.close()


class _ServerOn(DeviceServer):
    def __init__(self, computer, config, environment):
        Program.__init__(self, *computer.entry, BIN / "device-server", config, env={**os.environ, **environment})
