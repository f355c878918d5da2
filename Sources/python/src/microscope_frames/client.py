"""Frames of a device, by the fastest way that there is to its server."""

from __future__ import annotations

import asyncio
import collections
import threading
import time
from typing import Any, Deque, Optional

from . import compression, errors, records, ways, wire
from .callback import CallBack
from .continuity import Continuity, log
from .device import Device
from .frame import Frame, Gap, Reading

_LATER = ("stopping", "closed", "ticket", "object")


class FrameClient:
    """The frames that a camera sends, or the values of another device, and the device itself.

        with FrameClient("PYRO:Camera@127.0.0.1:8001", policy="newest") as camera:
            camera.enable()
            for frame in camera:
                show(frame.image)

    `policy="all"` gives every frame; up to `queue` of them wait while the program is busy, then the oldest is lost and
    counted. `policy="newest"` gives the latest frame each time, for a live view. `way` says how frames come: "shared
    memory", "own connection" or "Pyro's call-back"; `reason` says why not by a faster way. Methods and properties of
    the device are used as if they were this object's own. Several threads may use one client; each frame goes to one.
    """

    def __init__(
        self,
        uri: str,
        policy: str = "all",
        shared_memory: bool = True,
        *,
        timeout: Optional[float] = None,
        queue: int = 32,
        hold: Optional[int] = None,
        settings: bool = False,
        compress: Optional[str] = "auto",
        name: str = "",
        hmac_key: "bytes | str | None" = None,
        ssl: Any = None,
        call_timeout: Optional[float] = None,
        connect_timeout: float = 10.0,
        reconnect: Optional[float] = None,
    ):
        """Connects.

        - timeout: seconds to wait for a frame before `Timeout` is raised; None for ever.
        - queue: how many frames may wait in the server; hold: how many images this program keeps at a time.
        - settings: whether frames come with the settings that changed.
        - compress: "auto" while the network is slower than the camera, "always", or None.
        - reconnect: seconds to try again when the server has gone, before that is raised; None for ever.
        """
        if policy not in ("all", "newest"):
            raise ValueError("policy is 'all' or 'newest', not %r" % (policy,))
        self._policy, self._timeout, self._reconnect, self._limit = policy, timeout, reconnect, connect_timeout
        self._shared_memory = shared_memory
        self._security = wire.Security.chosen(hmac_key, ssl)
        self._wanted = {
            "version": records.VERSION,
            "policy": policy,
            "queue": queue,
            "settings": settings,
            "name": name[:64],
        }
        if hold is not None:
            self._wanted["hold"] = hold
        self._compression = {} if compress is None else {"compression": compression.available(), "compress": compress}
        self._lock = threading.RLock()
        self._subscription: Any = None
        self._waiting: Deque[Any] = collections.deque()
        self._continuity = Continuity(uri, policy == "all")
        self._is_closed, self._sending, self._counts = False, None, None
        self._reason = ""
        self._device = Device(uri, timeout=call_timeout, connect_timeout=connect_timeout, security=self._security)
        try:
            self._subscribe()
        except BaseException:
            self._device._close()
            raise

    @property
    def way(self) -> str:
        """How frames come: "shared memory", "own connection" or "Pyro's call-back"."""
        return self._subscription.way

    @property
    def reason(self) -> str:
        """Why frames do not come by a faster way; empty if there is none."""
        return self._reason

    @property
    def device(self) -> Device:
        """The device, for members whose name is taken here."""
        return self._device

    @property
    def lost(self) -> int:
        """How many frames were lost since the client was made, those in interruptions included."""
        return self._continuity.lost

    @property
    def gaps(self) -> "list[Gap]":
        """The last interruptions, the latest last."""
        return list(self._continuity.gaps)

    @property
    def policy(self) -> str:
        """Which frames are wanted."""
        return self._policy

    def counts(self, timeout: float = 10.0) -> "dict[str, Any]":
        """What the server has counted for this client: sent, lost by place, skipped, held, waiting …"""
        end = time.monotonic() + timeout
        with self._lock:
            subscription = self._subscription
            if isinstance(subscription, CallBack):
                raise errors.NotSupported("the server does not count for each client")
            self._counts = None
            subscription.ping()
            while self._counts is None:
                item = self._take(end, asks=False)
                if item is None:
                    raise errors.Timeout("no answer within %s s" % timeout)
                if isinstance(item, (Frame, Reading)):
                    self._waiting.append(item)
            return self._counts

    # Frames

    def next(self, timeout: Any = ...) -> Any:
        """The next frame, with `policy="newest"` the latest.

        Raises `Timeout` if none comes within so many seconds, and `DeviceFailure` for an error that the device sent in
        place of one.
        """
        timeout = self._timeout if timeout is ... else timeout
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            item = self._waiting.popleft() if self._waiting else None
            while not isinstance(item, (Frame, Reading)):
                item = self._take(end)
                if item is None:
                    raise errors.Timeout(self._why(timeout))
            return item

    def newest(self, timeout: Any = ...) -> Any:
        """The latest frame that was not taken yet; those before it are dropped."""
        with self._lock:
            # What is here may be old: the answer to a ping comes behind the latest that the server has.
            if self._subscription.newest:
                frame = self._last(self._poll())
                self._subscription.ask()
                self.counts()
                return self._last(self._poll(), frame) or self.next(timeout)
            frame = self._poll() or self.next(timeout)
            while True:
                later = self._soon() if frame.waiting else self._poll()
                if later is None:
                    return frame
                frame = self._last(later, frame)

    def _last(self, later: Any, frame: Any = None) -> Any:
        """The last that is there, in whose count those before it are."""
        while later is not None:
            if frame is not None:
                later.lost += frame.lost
                later.gap = later.gap or frame.gap
            frame, later = later, self._poll()
        return frame

    def _soon(self) -> Any:
        """A frame that the server has said to be there, unless it was lost since."""
        try:
            return self.next(0.2)
        except errors.Timeout:
            return None

    def trigger_and_wait(self, timeout: Any = ...) -> Any:
        """Triggers the camera, and gives the frame of this trigger; frames that were not taken before are dropped."""
        with self._lock:
            if "trigger" not in self._device._methods:
                raise errors.FrameError("%s has no trigger" % self._device._uri)
            self._discard()
            self._subscription.ask()
            self.device.trigger()
            return self.next(timeout)

    def __iter__(self) -> "FrameClient":
        return self

    def __next__(self) -> Any:
        try:
            return self.next()
        except errors.Closed:
            raise StopIteration from None

    def __aiter__(self) -> "FrameClient":
        return self

    async def __anext__(self) -> Any:
        loop = asyncio.get_running_loop()
        end = None if self._timeout is None else loop.time() + self._timeout
        while True:
            with self._lock:
                if self._is_closed:
                    raise StopAsyncIteration
                try:
                    item = self._poll()
                    if item is not None:
                        return item
                    self._subscription.ask()
                    descriptor = self._subscription.fileno()
                    away = False
                except errors.Unreachable as error:
                    away = True
                    self._continuity.interrupt(str(error))
            if away:
                await loop.run_in_executor(None, self._resubscribe, end and end - loop.time() + time.monotonic())
                continue
            if not await ways.readable(loop, descriptor, None if end is None else end - loop.time()):
                raise errors.Timeout(self._why(self._timeout))

    def close(self) -> None:
        """Unsubscribes; images that are still referenced stay as they are."""
        # An iteration in another thread waits with the lock held: it is woken by the end of its socket.
        self._is_closed = True
        subscription = self._subscription
        if not self._lock.acquire(timeout=0.05) and subscription is not None:
            ways.wake(subscription)
            self._lock.acquire()
        try:
            if self._subscription is not None:
                self._subscription.close()
            self._device._close()
        finally:
            self._lock.release()

    def __enter__(self) -> "FrameClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> "FrameClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not self.__dict__.get("_is_closed", True):
            try:
                self.close()
            except Exception:
                pass  # the interpreter may be ending

    # The device

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._device, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif hasattr(type(self), name):
            raise AttributeError("%s cannot be set; a property of the device is client.device.%s" % (name, name))
        else:
            setattr(self._device, name, value)

    def __dir__(self) -> Any:
        return sorted(set(super().__dir__()) | set(dir(self._device)))

    def _subscribe(self) -> None:
        """Chooses the way, and subscribes."""
        self._subscription, self._reason = ways.subscribe(
            self._device, self._security, self._wanted, self._compression, self._shared_memory, self._limit)
        self._sending = self._subscription.answer.get("sending")
        log.info("%s: frames by %s%s", self._device._uri, self.way, self._reason and " (%s)" % self._reason)

    def _take(self, end: Optional[float], asks: bool = True) -> Any:
        """What comes next, with losses counted, or () for news; None if nothing comes in time."""
        while True:
            if self._is_closed:
                raise errors.Closed("the client was closed")
            subscription = self._subscription
            try:
                if asks:
                    subscription.ask()
                item = subscription.take(wire.until(end))
            except (errors.Unreachable, ValueError) as error:
                # ValueError: the socket was closed meanwhile.
                if self._is_closed:
                    continue
                self._continuity.interrupt(str(error))
                self._resubscribe(end)
                continue
            except errors.FrameError:
                subscription.close()
                raise
            return None if item is None else self._seen(item)

    def _poll(self) -> Any:
        """A frame that is there already, or None."""
        if self._waiting:
            return self._waiting.popleft()
        while True:
            item = self._subscription.take(0)
            if item is None:
                return None
            item = self._seen(item)
            if item != ():
                return item

    def _discard(self) -> None:
        """Drops what was sent and not taken, on a connection that works."""
        self._waiting.clear()
        while True:
            try:
                while self._poll() is not None:
                    pass
                if self._subscription.newest:
                    # What the server has not sent yet comes before the answer to a ping.
                    self._subscription.ask()
                    self.counts()
                    self._waiting.clear()
                return
            except errors.Unreachable as error:
                self._continuity.interrupt(str(error))
                self._resubscribe(None if self._timeout is None else time.monotonic() + self._timeout)
            except errors.DeviceFailure:
                pass  # as old as what is dropped

    def _seen(self, item: Any) -> Any:
        if isinstance(item, (Frame, Reading)):
            self._continuity.count(item, not isinstance(self._subscription, CallBack))
            return item
        kind, value = item
        value = value if isinstance(value, dict) else {}
        if kind == records.STATE:
            self._sending = value.get("sending")
        elif kind == records.COUNTS:
            self._counts = value
        elif kind == records.FAILURE:
            raise errors.DeviceFailure(str(value.get("text", "")))
        elif kind == records.END:
            code, text = str(value.get("code")), str(value.get("text"))
            if code not in _LATER:
                self._is_closed = True
                raise errors.Refused("the server ended the subscription: %s" % text, code)
        return ()

    def _resubscribe(self, end: Optional[float]) -> None:
        """Subscribes again, as soon as the server is back."""
        with self._lock:
            start, pause = time.monotonic(), 0.02
            self._subscription.close()
            while True:
                if self._is_closed:
                    raise errors.Closed("the client was closed")
                try:
                    self._subscribe()
                    return
                except (errors.Unreachable, errors.NoSuchDevice, errors.Timeout, errors.Refused) as error:
                    if (
                        isinstance(error, errors.Refused)
                        and not isinstance(error, errors.NoSuchDevice)
                        and error.code not in _LATER
                    ):
                        raise
                    gone = time.monotonic() - start
                    if self._reconnect is not None and gone >= self._reconnect:
                        raise
                    if end is not None and time.monotonic() >= end:
                        raise errors.Timeout("the server has been away for %.1f s: %s" % (gone, error)) from error
                    time.sleep(min(pause, max(0.0, end - time.monotonic())) if end is not None else pause)
                    pause = min(1.0, pause * 1.5)

    def _why(self, timeout: Optional[float]) -> str:
        """Why nothing may have come, as far as that is known here."""
        subscription = self._subscription
        text = "%s sent nothing within %s s" % (self._device._uri, timeout)
        if subscription.hold and subscription.held >= subscription.hold:
            return text + ": this program keeps %d images, as many as it may; keep copies (frame.image.copy())" % (
                subscription.held
            )
        if self._sending is False:
            return text + ": the device is disabled"
        return text
