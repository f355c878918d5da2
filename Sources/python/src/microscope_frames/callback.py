"""Frames by Pyro's call-back, for servers that have nothing else, such as python-microscope's."""

from __future__ import annotations

import collections
import select
import socket
import threading
from typing import Any, Optional

import numpy

from . import errors, records, wire
from .frame import Reading, called_back

_lock = threading.Lock()
_daemons: "dict[str, Any]" = {}


class CallBack:
    """A registration as the client that the device connects to."""

    way = "Pyro's call-back"
    held, hold, newest = 0, None, False

    def __init__(self, device: Any, address: wire.Address, policy: str, queue: int):
        try:
            import Pyro4
        except ImportError as error:
            raise errors.NotSupported(
                "the server at %s sends frames by Pyro's call-back alone, which needs Pyro4 here: pip install Pyro4"
                % address.place
            ) from error
        self._device, self._number = device, 0
        self._items: "collections.deque[Any]" = collections.deque(maxlen=1 if policy == "newest" else queue)
        # A pair of sockets, so that an event loop can wait for frames as it does on the other ways.
        self.socket, self._bell = socket.socketpair()
        self.socket.setblocking(False)
        self._bell.setblocking(False)
        self._readable = select.poll()
        self._readable.register(self.socket, select.POLLIN)
        self._daemon = _daemon(Pyro4, address)
        self._receiver = _receiver(Pyro4)(self)
        self._uri = self._daemon.register(self._receiver)
        self.answer = {"policy": policy, "sending": None, "number": 0}
        device._call("set_client", (_text_of(self._uri),), {})
        self._registered = device._connection

    def fileno(self) -> int:
        return self.socket.fileno()

    def ask(self) -> None:
        """Frames come unasked."""

    ping = ask

    def received(self, data: Any, timestamp: Any) -> None:
        """Called by the device, on a thread of Pyro's."""
        with _lock:
            number, self._number = self._number, self._number + 1
        if isinstance(data, Exception):
            item: Any = (records.FAILURE, {"text": _text(data)})
        elif isinstance(data, numpy.ndarray) and data.ndim == 2:
            data.setflags(write=False)
            item = called_back(data, number, float(timestamp or 0))
        else:
            item = Reading(data, number, float(timestamp or 0), (0,) * 6, False)
        self._items.append(item)
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # it rings already

    def take(self, wait: Optional[float]) -> Any:
        """The next frame, reading or failure; None after so many seconds without one."""
        while True:
            try:
                return self._items.popleft()
            except IndexError:
                pass
            try:
                while self.socket.recv(4096):
                    pass
            except BlockingIOError:
                pass
            if self._items:
                continue
            # The server says nothing when it ends: now and then somebody has to ask.
            patience = 2.0 if wait is None else min(wait, 2.0)
            if not self._readable.poll(patience * 1000):
                if wait is not None:
                    wait -= patience
                    if wait <= 0:
                        return None
                self._device._call("get_is_enabled", (), {}, 10.0)
                if self._device._connection is not self._registered:
                    raise errors.Unreachable("the server was restarted")

    def close(self) -> None:
        self._daemon.unregister(self._receiver)
        try:
            self._device._call("set_client", (None,), {}, 5.0)
        except Exception:
            pass  # a server that is gone has forgotten this client as well
        self.socket.close()
        self._bell.close()

    def forget(self) -> None:
        self.socket.close()
        self._bell.close()


def _daemon(pyro: Any, address: wire.Address) -> Any:
    """The listener at the address from which this computer reaches the server."""
    with socket.create_connection((address.host, address.port), 10) as probe:
        host = probe.getsockname()[0]
    with _lock:
        if host not in _daemons:
            pyro.config.SERIALIZERS_ACCEPTED.add("pickle")
            daemon = _daemons[host] = pyro.Daemon(host=host)
            threading.Thread(target=daemon.requestLoop, daemon=True, name="frames by call-back").start()
        return _daemons[host]


def _receiver(pyro: Any) -> Any:
    class Receiver:
        def __init__(self, subscription: CallBack):
            self._subscription = subscription

        @pyro.expose
        @pyro.oneway
        def receiveData(self, data: Any, timestamp: Any = None, *_: Any) -> None:  # noqa: N802  the protocol's name
            self._subscription.received(data, timestamp)

    return Receiver


def _text_of(uri: Any) -> str:
    return uri.asString() if hasattr(uri, "asString") else str(uri)


def _text(error: Exception) -> str:
    return " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in error.args)
