"""What Linux tells of processes."""
import os
from pathlib import Path

LISTENING = "0A"


def children(pid):
    """The processes that a process has started and that have not ended."""
    try:
        lists = [(task / "children").read_text() for task in Path("/proc/%d/task" % pid).iterdir()]
    except OSError:
        return set()
    return {int(child) for text in lists for child in text.split() if is_running(int(child))}


def is_running(pid):
    """Whether there is such a process, which has not ended and only waits to be buried."""
    try:
        return Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


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
