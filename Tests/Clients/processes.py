"""What Linux tells of processes."""
import os
from pathlib import Path
from typing import NamedTuple

LISTENING = "0A"


def children(pid):
    """The processes that a process has started and that have not ended."""
    # The kernel's own lists, one for each thread, leave out children whenever a thread ends meanwhile.
    running = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {child for child in running if _state(child).parent == pid and is_running(child)}


def command(pid):
    """The words of a process's command line; none if it has ended."""
    try:
        return Path("/proc/%d/cmdline" % pid).read_text().split("\0")[:-1]
    except OSError:
        return []


def is_running(pid):
    """Whether there is such a process, which has not ended and only waits to be buried."""
    return _state(pid).letter not in "ZX"


class _State(NamedTuple):
    """What /proc tells of a process; of one that is not there, that it has ended."""

    letter: str = "X"
    parent: int = 0


def _state(pid):
    try:
        letter, parent = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return _State()
    return _State(letter, int(parent))


def listener(pids, port):
    """Which of the processes listens at a TCP port."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add("socket:[%s]" % fields[9])
    return next(pid for pid in pids if sockets & _open_files(pid))


def _open_files(pid):
    names = set()
    try:
        for descriptor in os.listdir("/proc/%d/fd" % pid):
            try:
                names.add(os.readlink("/proc/%d/fd/%s" % (pid, descriptor)))
            except OSError:
                pass
    except OSError:
        pass  # It has ended.
    return names
