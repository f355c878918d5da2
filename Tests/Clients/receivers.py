"""Clients that data are sent to, each like one that microscopists use."""
import queue
import threading

import Pyro4

from waiting import PATIENCE

Pyro4.config.SERIALIZERS_ACCEPTED.add("pickle")
Pyro4.config.SERIALIZER = "pickle"


class Receiver:
    """An object that takes data, with a daemon of its own."""

    object_id = None

    def __init__(self):
        self.arrived = queue.Queue()
        self.daemon = Pyro4.Daemon("127.0.0.1")
        self.uri = self.daemon.register(self, self.object_id)
        self._thread = threading.Thread(target=self.daemon.requestLoop, daemon=True)
        self._thread.start()

    def next(self, within=PATIENCE):
        """The next that arrives."""
        return self.arrived.get(timeout=within)

    def take(self, count):
        """As many as that, in the order of their arrival."""
        return [self.next() for _ in range(count)]

    def close(self):
        """Goes away without a word to the device."""
        self.daemon.shutdown()
        self._thread.join(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Listener(Receiver):
    """As Cockpit: an object `mui` with a `receiveData` that is answered, and that may call anybody meanwhile."""

    object_id = "mui"

    def __init__(self, during=None):
        self._during = during
        super().__init__()

    @Pyro4.expose
    def receiveData(self, data, timestamp=None):
        if self._during:
            self._during(data)
        self.arrived.put((data, timestamp))


class Put(Receiver):
    """As microscope-gui: a queue."""

    @Pyro4.expose
    def put(self, *args, **kwargs):
        self.arrived.put((args, kwargs))


class Blocked(Listener):
    """A listener that keeps the one who sends waiting until it is let go."""

    def __init__(self):
        self.entered = threading.Event()
        self.release = threading.Event()
        super().__init__(self._wait)

    def _wait(self, _):
        self.entered.set()
        self.release.wait()

    def close(self):
        self.release.set()
        super().close()
