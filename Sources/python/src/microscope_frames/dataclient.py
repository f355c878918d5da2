"""A drop-in for microscope.clients.DataClient."""

from __future__ import annotations

import queue
import threading
from typing import Any, Optional

import numpy

from . import errors
from .client import FrameClient
from .device import Device


class DataClient:
    """What `microscope.clients.DataClient` is to a program, with frames by the fastest way.

    Images are copies of their own, which may be written to and kept. Properties show the device's present values, and
    can be set.
    """

    def __init__(self, url: str, **options: Any):
        """- options: those of FrameClient."""
        self._url, self._options = url, options
        names = ("hmac_key", "ssl", "connect_timeout")
        self._proxy = Device(
            url, timeout=options.get("call_timeout"), **{name: options[name] for name in names if name in options}
        )
        self._frames: Optional[FrameClient] = None
        self._lock = threading.Lock()
        self._queue: "Optional[queue.Queue[Any]]" = None

    @property
    def way(self) -> str:
        """How frames come: "shared memory", "own connection" or "Pyro's call-back"."""
        return self._subscribed().way

    def enable(self) -> None:
        """Subscribes to the device, and enables it."""
        self._subscribed()
        self._proxy.enable()

    def trigger_and_wait(self, timeout: Optional[float] = None) -> "tuple[Any, float]":
        """Triggers, and waits for what comes next: data and time."""
        if "trigger" not in self._proxy._methods:
            raise errors.FrameError("%s has no trigger" % self._url)
        frames = self._subscribed()
        self._proxy._call("trigger", (), {})
        if self._queue is not None:
            return self._queue.get(timeout=timeout)
        return _pair(frames.next(timeout))

    def close(self) -> None:
        """Unsubscribes."""
        if self._frames is not None:
            self._frames.close()
        self._proxy._close()

    def __enter__(self) -> "DataClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _buffer(self) -> "queue.Queue[Any]":
        """What has arrived, for programs that look into the queue of microscope.clients.DataClient."""
        frames = self._subscribed()
        with self._lock:
            if self._queue is None:
                self._queue = queue.Queue()
                threading.Thread(target=self._fill, args=(frames, self._queue), daemon=True, name="frames").start()
            return self._queue

    @staticmethod
    def _fill(frames: FrameClient, into: "queue.Queue[Any]") -> None:
        while True:
            try:
                into.put(_pair(frames.next(None)))
            except errors.DeviceFailure as error:
                into.put((error, 0.0))
            except errors.FrameError:
                return

    def _subscribed(self) -> FrameClient:
        with self._lock:
            if self._frames is None:
                self._frames = FrameClient(self._url, **self._options)
            return self._frames

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._proxy, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._proxy, name, value)

    def __dir__(self) -> Any:
        return sorted(set(super().__dir__()) | set(dir(self._proxy)))


def _pair(item: Any) -> "tuple[Any, float]":
    image = getattr(item, "image", None)
    return (item.value if image is None else numpy.array(image), item.timestamp)
