"""The faults of the matrix: how each is made, how it is noticed, how it ends, and how long both may take."""
import contextlib
import os
import resource
import signal
import socket
import subprocess
import time

import Pyro4

from bench import SCALE, Client, proxy
from processes import children, is_running


# What is found instead of seconds where a fault is nothing that the server has to report.
NOTHING_TO_REPORT = float("nan")


class Fault:
    """A fault, with limits for an idle machine in seconds."""

    name = about = ""
    report_limit = recovery_limit = 2.0
    # Whether the process of the device ends by it, after which light must be off.
    ends_process = False
    # Whether what clients had set is there afterwards, and clients of other devices notice nothing.
    keeps_state = True

    def forgets(self, kind):
        """What a device does not know any longer when it is back."""
        return ()

    def applies(self, kind, state):
        """Whether the combination makes sense."""
        return True

    def is_short(self, kind, state):
        """Whether CI runs it."""
        return kind.name in ("Camera", "Laser", "Stage") and state == kind.states[-1]

    def inject(self, scope, kind):
        """Makes the fault; what it returns is handed to `cure`."""

    def detect(self, scope, kind, mark, begin):
        """Seconds until the server reports the fault; None if it does not."""
        return first_line(scope, self.pattern(kind), mark, begin, self.report_limit)

    def pattern(self, kind):
        """The line of the log that reports it."""
        return kind.name

    def cure(self, scope, kind, context):
        """Ends a fault that lasts; the time at which it ended, or None for one that ends by itself."""


def first_line(scope, pattern, mark, begin, limit):
    """Seconds until a line is in the log."""
    try:
        scope.server.wait_for(pattern, within=limit * SCALE * 2, since=mark)
    except AssertionError:
        return None
    return time.monotonic() - begin


# MARK: Processes


class Signal(Fault):
    """A signal to the process of the device."""

    ends_process = True

    def __init__(self, number, about, report_limit=1.0, recovery_limit=3.0):
        self.number, self.name, self.about = number, number.name, about
        self.report_limit, self.recovery_limit = report_limit, recovery_limit

    def is_short(self, kind, state):
        return super().is_short(kind, state) and (self.number != signal.SIGSTOP or kind.name == "Laser")

    def inject(self, scope, kind):
        os.kill(scope.pid, self.number)

    def pattern(self, kind):
        word = "does not answer|not answered|hangs" if self.number == signal.SIGSTOP else "ended|died|killed|crashed|signal"
        return r"%s.*(%s)" % (kind.name, word)


class Aborted(Signal):
    """A failed assertion in a vendor's library: the process aborts in the middle of a call."""

    def __init__(self):
        super().__init__(signal.SIGABRT, "the process of the device aborts in the middle of a call", report_limit=4.0)

    def inject(self, scope, kind):
        scope.order(kind.name, "crash")
        with contextlib.suppress(Pyro4.errors.CommunicationError), proxy(scope.uris[kind.name], 2) as device:
            for _ in range(20):
                kind.ask(device)


class Sent(Signal):
    """A signal of a crash that somebody sends: the process ends as by a crash of its own."""

    def __init__(self, number, about):
        super().__init__(number, about, report_limit=4.0, recovery_limit=5.0)
        self.name = "%s sent" % number.name

    def is_short(self, kind, state):
        return kind.name == "Laser" and state == "on"


class SupervisorKilled(Fault):
    """All workers end by themselves, light first; a new server is started by whoever looks after it."""

    name, about = "supervisor killed", "SIGKILL to the server; every worker ends by itself, and a new server takes over"
    keeps_state = False
    recovery_limit = 5.0

    def applies(self, kind, state):
        return kind.name in ("Camera", "Laser", "Stage") and state == kind.states[-1]

    def is_short(self, kind, state):
        return kind.name == "Laser"

    def inject(self, scope, kind):
        family = children(scope.server.process.pid)
        os.kill(scope.server.process.pid, signal.SIGKILL)
        self._family = family

    def detect(self, scope, kind, mark, begin):
        deadline = begin + self.report_limit * SCALE
        while time.monotonic() < deadline:
            if not any(map(is_running, self._family)):
                return time.monotonic() - begin
            time.sleep(0.01)
        return None

    def cure(self, scope, kind, context):
        begin = time.monotonic()
        scope.start()
        return begin


class SupervisorStopped(Fault):
    """A stopped supervisor changes nothing for clients; when it goes on, so does everything."""

    name, about = "supervisor stopped", "SIGSTOP to the server for a second; devices answer meanwhile"

    def is_short(self, kind, state):
        return kind.name == "Stage" and state == "moving"

    def inject(self, scope, kind):
        os.kill(scope.server.process.pid, signal.SIGSTOP)
        return time.monotonic()

    def detect(self, scope, kind, mark, begin):
        with proxy(scope.uris[kind.name]) as device:
            kind.ask(device)
        time.sleep(1)
        return NOTHING_TO_REPORT

    def cure(self, scope, kind, context):
        os.kill(scope.server.process.pid, signal.SIGCONT)
        return time.monotonic()


class SupervisorStoppedForLong(SupervisorStopped):
    """Nobody would replace a worker that hangs, so that workers switch their light off."""

    name, about = "supervisor stopped for long", "SIGSTOP to the server until light is off, which is promised within 15 s"
    report_limit, recovery_limit = 15.0, 2.0

    def applies(self, kind, state):
        return kind.light and state == "on"

    def is_short(self, kind, state):
        return False

    def detect(self, scope, kind, mark, begin):
        deadline = begin + self.report_limit * SCALE
        while time.monotonic() < deadline:
            with proxy(scope.uris[kind.name]) as device:
                if not device.get_is_on():
                    return time.monotonic() - begin
            time.sleep(0.2)
        return None


# MARK: Ordered faults


class Ordered(Fault):
    """A fault on order, see docs/faults.md."""

    recovery_limit = 3.0

    def __init__(self, order, name, about, kinds=None, report_limit=3.0, recovery_limit=3.0):
        self.order, self.name, self.about, self._kinds = order, name, about, kinds
        self.report_limit, self.recovery_limit = report_limit, recovery_limit

    def applies(self, kind, state):
        return self._kinds is None or kind.name in self._kinds

    def forgets(self, kind):
        # A wheel that was without power searches for its home position.
        return ("position",) if (self.order, kind.name) == ("unplug", "USBWheel") else ()

    def inject(self, scope, kind):
        scope.order(kind.name, self.order + " 600")
        return Client(scope.uris[kind.name], lambda device: kind.ask(device), pause=0.05, limit=8)

    def detect(self, scope, kind, mark, begin):
        """A fault of hardware is reported to the client that asks."""
        deadline = time.monotonic() + self.report_limit * SCALE
        while time.monotonic() < deadline:
            if self.is_noticed(scope, kind, mark):
                return time.monotonic() - begin
            time.sleep(0.02)
        return None

    def is_noticed(self, scope, kind, mark):
        """Whether a client or the log says it."""
        with proxy(scope.uris[kind.name], 5) as device:
            try:
                kind.ask(device)
            except Exception:
                return True
        return False

    def cure(self, scope, kind, context):
        scope.order(kind.name, "none")
        ended = time.monotonic()
        context.end()
        return ended


class Harmless(Ordered):
    """Nothing has to be reported, since answers may be right; but no process may end, for as long as it lasts."""

    def is_short(self, kind, state):
        return super().is_short(kind, state) and kind.name != "Laser"

    def inject(self, scope, kind):
        # A device that cannot be opened under its fault takes no orders: the fault ends by itself.
        scope.order(kind.name, self.order + " 15")
        return Client(scope.uris[kind.name], lambda device: kind.ask(device), pause=0.05, limit=8)

    def cure(self, scope, kind, context):
        for _ in range(100):
            with contextlib.suppress(Pyro4.errors.CommunicationError):
                scope.order(kind.name, "none")
                break
            time.sleep(0.2)
        ended = time.monotonic()
        context.end()
        return ended

    def detect(self, scope, kind, mark, begin):
        for _ in range(3):
            with contextlib.suppress(Exception), proxy(scope.uris[kind.name], 8) as device:
                kind.ask(device)
        # A call of a driver that takes too long for all the repeated questions may be taken for a hang.
        assert is_running(scope.pid) or "simulated" in kind.definition, "the process has ended"
        return NOTHING_TO_REPORT


class Hang(Ordered):
    """A call that does not return, to a simulator, whose process is replaced or answers when the hang ends."""

    ends_process = False

    def applies(self, kind, state):
        # What enables a camera that was disabled changes it.
        is_change = self.name == "hang in enable" and kind.name == "Camera" and state == "idle"
        return kind.name not in ("Laser", "USBWheel") and super().applies(kind, state) and not is_change

    def is_short(self, kind, state):
        return kind.name == "Camera" and state == kind.states[-1]

    def __init__(self, name, about, call, kinds=None):
        super().__init__("hang", name, about, kinds, report_limit=7.0, recovery_limit=5.0)
        self._call = call

    def inject(self, scope, kind):
        scope.order(kind.name, "hang 600")
        return Client(scope.uris[kind.name], lambda device: self._call(kind, device), pause=5, limit=30)

    def detect(self, scope, kind, mark, begin):
        return first_line(scope, r"%s.*(has not come back|hangs|does not answer)" % kind.name, mark, begin,
                          self.report_limit)


class HangInShutdown(Fault):
    """A device that hangs while it is shut down: its process is killed and replaced, light off."""

    name, about = "hang in shutdown", "`restart` of a device whose shutdown does not return"
    report_limit, recovery_limit = 12.0, 6.0
    ends_process = True

    def applies(self, kind, state):
        return kind.name in ("Camera", "Lamp", "Stage") and state == kind.states[0]

    def is_short(self, kind, state):
        return False

    def inject(self, scope, kind):
        scope.order(kind.name, "hang 600")
        return subprocess.Popen(
            [scope.server.process.args[0], "restart", str(scope.config), kind.name],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def pattern(self, kind):
        return r"%s.*(not shut down|killed|did not end|did not confirm|signal)" % kind.name

    def cure(self, scope, kind, context):
        context.wait(60)


class HangInOpening(Fault):
    """A device whose opening does not return, as in a vendor's library: its process is replaced after the declared limit."""

    name, about = "hang in opening", "a reload adds a device whose opening does not return; its limit is 2 s"
    report_limit, recovery_limit = 5.0, 10.0

    def applies(self, kind, state):
        return kind.name not in ("Laser", "USBWheel") and state == kind.states[0]

    def is_short(self, kind, state):
        return kind.name == "Camera"

    def inject(self, scope, kind):
        self._mark = len(scope.server.lines)
        # A fault of the configuration comes once for each name.
        late = {**kind.definition, "name": "Late" + kind.name, "fault": "hang 600", "open_limit": "2 s"}
        scope.reload([late])

    def pattern(self, kind):
        return r"Late%s: its opening has not come back .* killed" % kind.name

    def cure(self, scope, kind, context):
        begin = time.monotonic()
        with proxy(scope.server.uri("Late" + kind.name, since=self._mark)) as device:
            kind.ask(device)
        scope.reload([])
        return begin


# MARK: Clients and limits of the system


class StoppedListener(Fault):
    """A client that does not read: the queue overflows and is counted, others get their frames."""

    name, about = "buffer overflow", "a listening client stops reading; frames are dropped and counted, memory is bounded"
    report_limit, recovery_limit = 10.0, 2.0

    def applies(self, kind, state):
        return kind.name == "Camera" and state == "streaming"

    def inject(self, scope, kind):
        self._before = memory(scope.worker(kind.name))
        listener = socket.create_server(("127.0.0.1", 0), backlog=1)
        with proxy(scope.uris[kind.name]) as device:
            device.set_client("PYRO:nobody@127.0.0.1:%d" % listener.getsockname()[1])
        return listener

    def detect(self, scope, kind, mark, begin):
        deadline = time.monotonic() + self.report_limit * SCALE
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception), proxy(scope.uris[kind.name]) as device:
                for _ in range(100):
                    device.trigger()
            if any(device.get("lost") for device in scope.status(kind.name)["devices"]):
                return time.monotonic() - begin
        return None

    def cure(self, scope, kind, context):
        context.close()
        with proxy(scope.uris[kind.name]) as device:
            device.set_client(None)
        assert memory(scope.worker(kind.name)) < self._before + 100, "memory grew"
        return time.monotonic()


class ClientGone(Fault):
    """A client that ends in the middle of a call harms nobody."""

    recovery_limit = 1.0

    def __init__(self, name, about, end=None):
        self.name, self.about, self._end = name, about, end

    def applies(self, kind, state):
        return self._end != "vanish" or os.geteuid() == 0

    def is_short(self, kind, state):
        return super().is_short(kind, state) and kind.name == "Camera"

    def inject(self, scope, kind):
        uri = Pyro4.URI(scope.uris[kind.name])
        clients = [socket.create_connection((uri.host, uri.port)) for _ in range(10)]
        for number, client in enumerate(clients):
            # Nothing, half a header, or noise.
            client.sendall([b"", b"PYRO\0", os.urandom(200)][number % 3])
            if self._end == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
            elif self._end == "vanish":
                vanish(client)
        return clients

    def detect(self, scope, kind, mark, begin):
        return NOTHING_TO_REPORT

    def cure(self, scope, kind, context):
        for client in context:
            client.close()
        return time.monotonic()


class OwnerGone(Fault):
    """A client that has switched light on and is gone: its light goes off after the grace of ten seconds."""

    report_limit, recovery_limit = 14.0, 2.0
    keeps_light = False

    def __init__(self, name, about, silently):
        self.name, self.about, self._silently = name, about, silently

    def applies(self, kind, state):
        return kind.name == "Laser" and state == "on" and (not self._silently or os.geteuid() == 0)

    def is_short(self, kind, state):
        return not self._silently

    def inject(self, scope, kind):
        with proxy(scope.uris[kind.name]) as device:
            device.disable()
        owner = proxy(scope.uris[kind.name])
        owner.enable()
        connection = owner._pyroConnection.sock
        if self._silently:
            vanish(connection)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        return owner

    def detect(self, scope, kind, mark, begin):
        deadline = begin + self.report_limit * SCALE
        while time.monotonic() < deadline:
            with proxy(scope.uris[kind.name]) as device:
                if not device.get_is_on():
                    return time.monotonic() - begin
            time.sleep(0.2)
        return None


def vanish(connection):
    """Closes a connection without a word to the other end, as a computer does that loses its power."""
    tcp_repair = 19  # linux/tcp.h
    connection.setsockopt(socket.IPPROTO_TCP, tcp_repair, 1)
    connection.close()


# struct linger: on, no time.
RESET = b"\1\0\0\0\0\0\0\0"


class DiskFull(Fault):
    """The disk of the log is full: devices go on."""

    name, about = "disk full", "no byte can be written to the log's file system"
    recovery_limit = 1.0

    def applies(self, kind, state):
        return os.geteuid() == 0

    def is_short(self, kind, state):
        return kind.name == "Camera" and state == kind.states[-1]

    def inject(self, scope, kind):
        file = scope.folder / "log" / "ballast"
        with contextlib.suppress(OSError), open(file, "wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))
        return file

    def detect(self, scope, kind, mark, begin):
        # What is logged for it does not reach the file.
        with contextlib.suppress(Exception):
            scope.order(kind.name, "none")
        with proxy(scope.uris[kind.name]) as device:
            kind.ask(device)
        assert is_running(scope.pid), "the process has ended"
        return NOTHING_TO_REPORT

    def cure(self, scope, kind, context):
        context.unlink()
        return time.monotonic()


class PortTaken(Fault):
    """A device whose port another program has: it is reported, and served once the port is free."""

    name, about = "port taken", "a reload adds a device whose port another program has"
    recovery_limit = 40.0

    def applies(self, kind, state):
        return kind.name not in ("Laser", "USBWheel") and state == kind.states[0]

    def is_short(self, kind, state):
        return kind.name == "Lamp"

    def inject(self, scope, kind):
        holder = socket.create_server(("127.0.0.1", 0))
        scope.reload([{**kind.definition, "name": "Late", "port": holder.getsockname()[1]}])
        return holder

    def pattern(self, kind):
        return r"Late.*([Ii]n use|taken)"

    def cure(self, scope, kind, context):
        port = context.getsockname()[1]
        context.close()
        begin = time.monotonic()
        with proxy("PYRO:Late@127.0.0.1:%d" % port) as device:
            while time.monotonic() < begin + self.recovery_limit * SCALE:
                with contextlib.suppress(Pyro4.errors.CommunicationError):
                    kind.ask(device)
                    break
                time.sleep(0.1)
            else:
                raise AssertionError("not served after the port was free")
        scope.reload([])
        return begin


class UsedUp(Fault):
    """A limit of the system that is reached: clients are refused, devices stay."""

    def __init__(self, name, about, limit):
        self.name, self.about, self._limit = name, about, limit

    report_limit = 3.0

    def is_short(self, kind, state):
        return kind.name == "Camera" and state == kind.states[-1]

    def inject(self, scope, kind):
        pid = scope.worker(kind.name)
        self._pid, self._before = pid, resource.prlimit(pid, self._limit)
        used = len(os.listdir("/proc/%d/fd" % pid))
        resource.prlimit(pid, self._limit, (used, self._before[1]))

    def detect(self, scope, kind, mark, begin):
        refused = []
        with contextlib.ExitStack() as stack:
            for _ in range(10):
                try:
                    device = stack.enter_context(proxy(scope.uris[kind.name], 1))
                    device._pyroBind()
                except Exception as error:
                    refused.append(error)
                    break
        alive = is_running(self._pid)
        return time.monotonic() - begin if refused and alive else None

    def cure(self, scope, kind, context):
        resource.prlimit(self._pid, self._limit, self._before)
        return time.monotonic()


class ThreadsUsedUp(Fault):
    """No process gets another thread: new clients are refused, devices and their clients stay."""

    name, about = "threads used up", "the system starts no thread; new clients are refused, the others stay"
    report_limit = 3.0

    def is_short(self, kind, state):
        return kind.name == "Camera" and state == kind.states[-1]

    def inject(self, scope, kind):
        self._processes = children(scope.server.process.pid) | {scope.server.process.pid}
        scope.system.threads.touch()

    def detect(self, scope, kind, mark, begin):
        try:
            with proxy(scope.uris[kind.name], 1) as device:
                device._pyroBind()
        except Exception:
            took = time.monotonic() - begin
            time.sleep(1)
            return took if all(map(is_running, self._processes)) else None
        return None

    def cure(self, scope, kind, context):
        scope.system.threads.unlink()
        return time.monotonic()


class ClockStep(Fault):
    """Somebody sets the clock: nothing but time stamps changes."""

    recovery_limit = 1.0

    def __init__(self, hours):
        self.name = "clock %+d h" % hours
        self.about = "the time of day jumps; nothing times out, nothing waits"
        self._seconds = 3600 * hours

    def is_short(self, kind, state):
        return kind.name in ("Camera", "Stage") and state == kind.states[-1]

    def inject(self, scope, kind):
        scope.system.shift.write_text(str(self._seconds))

    def detect(self, scope, kind, mark, begin):
        restarts = scope.status(kind.name)["restarts"]
        time.sleep(1)
        with proxy(scope.uris[kind.name]) as device:
            kind.ask(device)
        return NOTHING_TO_REPORT if scope.status(kind.name)["restarts"] == restarts else None

    def cure(self, scope, kind, context):
        scope.system.shift.write_text("0")
        return time.monotonic()


def memory(pid):
    """The resident memory of a process in MB."""
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def enable(kind, device):
    device.enable()


FAULTS = [
    Signal(signal.SIGKILL, "the process of the device is killed"),
    Aborted(),
    Sent(signal.SIGABRT, "somebody sends it to the process, as `kill -ABRT` does"),
    Sent(signal.SIGSEGV, "somebody sends it to the process"),
    Signal(signal.SIGSTOP, "it is stopped, and so answers nobody", report_limit=7.0, recovery_limit=20.0),
    Hang("hang in a call", "a call does not return; it is reported, and other calls are answered once it ends",
         lambda kind, device: kind.ask(device)),
    Hang("hang in enable", "the call that switches the device on does not return", enable),
    Hang("hang in read-out", "no frame comes; a trigger does not return",
         lambda kind, device: device.trigger(), kinds=("Camera",)),
    HangInShutdown(),
    HangInOpening(),
    Ordered("unplug", "unplug and back", "the device is gone, the cable of its serial port or USB included; the call fails, and works when it is back",
            report_limit=5.0, recovery_limit=5.0),
    Ordered("hang", "no reply", "the device behind a driver answers nothing", kinds=("Laser",), report_limit=8.0),
    # A transfer to the wheel that began before the end waits for its answer for 5 s.
    Ordered("drop", "lost", "every second answer, call or frame is lost", report_limit=8.0, recovery_limit=8.0),
    Ordered("short", "short", "answers, calls and frames end in the middle", report_limit=8.0, recovery_limit=8.0),
    Harmless("slow", "late", "answers come a second later", recovery_limit=10.0),
    Harmless("garbage", "garbage", "answers, values and pixels are random",
             recovery_limit=10.0),
    StoppedListener(),
    ClientGone("client killed", "ten clients end within a message, with a reset of their connections", "reset"),
    ClientGone("client stopped", "ten clients stop within a message"),
    ClientGone("client vanished", "ten clients are gone within a message, without a word", "vanish"),
    OwnerGone("owner killed", "the client that switched light on ends: its light goes off after ten seconds", False),
    OwnerGone("owner vanished", "it is gone without a word", True),
    DiskFull(),
    PortTaken(),
    UsedUp("descriptors used up", "the process has no file descriptor left; new clients are refused", resource.RLIMIT_NOFILE),
    ThreadsUsedUp(),
    SupervisorStopped(),
    SupervisorStoppedForLong(),
    SupervisorKilled(),
    ClockStep(+1),
    ClockStep(-1),
]
