"""A fresh Debian in a folder, which .ci/system has made, and programs that run in it."""
import os
import shutil
import subprocess
from pathlib import Path

from servers import ROOT, DeviceServer


class System:
    """A system of its own but for its kernel and network, which are this machine's."""

    def __init__(self, root):
        self.root = Path(root)
        subprocess.run(["cp", "--archive", ROOT / ".build" / "system", self.root], check=True)

    def command(self, *command, user=None):
        """The command that runs another one in the system, where programs find their arguments in /proc."""
        chroot = ["chroot", *(["--userspec=" + user] if user else []), str(self.root)]
        mount = 'mount -t proc proc "$0/proc" && exec "$@"'
        return [shutil.which("unshare"), "--mount", "sh", "-c", mount, str(self.root), *chroot, *map(str, command)]

    def run(self, *command, user=None, check=True):
        """Runs a command to its end, and gives what it printed."""
        done = subprocess.run(
            self.command(*command, user=user), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"]})
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def path(self, path):
        """A file of the system's."""
        return self.root / str(path).lstrip("/")


class InstalledServer(DeviceServer):
    """The installed device-server, as the user that its service has."""

    def __init__(self, system, config, **environment):
        command = system.command("device-server", config, user="device-server")
        super(DeviceServer, self).__init__(*command, env={"PATH": os.environ["PATH"], **environment})
