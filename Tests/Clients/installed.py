"""Fresh systems in folders, which .ci/system has made, and programs that run in them."""
import os
import shutil
import subprocess
from pathlib import Path

from servers import ROOT, DeviceServer


SYSTEMS = ROOT / ".build" / "systems"
# The releases that there is a system for.
RELEASES = sorted(path.name for path in SYSTEMS.glob("*") if path.is_dir() and not path.name.endswith(".part"))


class System:
    """A fresh system with the kernel and network of this machine."""

    def __init__(self, root, release):
        self.root, self.release = Path(root), release
        subprocess.run(["cp", "--archive", SYSTEMS / release, self.root], check=True)

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
        """A file of the system."""
        return self.root / str(path).lstrip("/")


class InstalledServer(DeviceServer):
    """The installed device-server, as the user that its service has."""

    def __init__(self, system, config, **environment):
        command = system.command("device-server", config, user="device-server")
        super(DeviceServer, self).__init__(*command, env={"PATH": os.environ["PATH"], **environment})
