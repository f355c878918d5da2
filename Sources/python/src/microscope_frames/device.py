"""A device by the names of its members, whose calls go through Pyro's protocol."""

from __future__ import annotations

import threading
import time
from typing import Any, Optional

from . import errors, pickles, vocabulary, wire


class Device:
    """A device on a server: methods are called, properties read and set, by their names.

    Calls of several threads take turns. No call is repeated by itself: one whose connection ends raises, and the next
    one connects again, for up to `patience` seconds while the server restarts.
    """

    def __init__(
        self,
        uri: str,
        hmac_key: Any = None,
        ssl: Any = None,
        timeout: Optional[float] = None,
        connect_timeout: float = 10.0,
        patience: float = 10.0,
        security: Optional[wire.Security] = None,
    ):
        self._uri, self._limit, self._connect_limit, self._patience = str(uri), timeout, connect_timeout, patience
        self._security = security or wire.Security.chosen(hmac_key, ssl)
        self._lock, self._connection = threading.RLock(), None
        self._connected(0)

    def __repr__(self) -> str:
        return "<device %s>" % self._uri

    def __dir__(self) -> Any:
        return sorted(set(super().__dir__()) | self._methods | self._attributes)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._attributes:
            return self._call("__getattr__", (name,), None)
        if name in self._methods:
            member = _Method(self, name)
            # Found without __getattr__ from now on; the names of a device do not change within a connection.
            object.__setattr__(self, name, member)
            return member
        raise AttributeError("%s has no member %r" % (self._uri, name))

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif name in self._attributes:
            self._call("__setattr__", (name, vocabulary.plain(value)), None)
        else:
            raise AttributeError("%s has no property %r" % (self._uri, name))

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection:
                connection.close()

    def _connected(self, patience: Optional[float] = None) -> wire.Connection:
        """An open connection; a server that restarts is waited for, which is harmless since nothing was called yet."""
        if self._connection:
            return self._connection
        end = time.monotonic() + (self._patience if patience is None else patience)
        while True:
            try:
                address = wire.resolve(self._uri, self._security, self._connect_limit)
                connection = wire.Connection.open(address, self._security, self._connect_limit)
                break
            except (errors.Unreachable, errors.NoSuchDevice):
                if time.monotonic() >= end:
                    raise
                time.sleep(0.05)
        self._connection, self._address = connection, address
        self._methods, self._attributes = connection.methods, connection.attributes
        return connection

    def _call(self, method: str, args: tuple, keywords: Optional[dict], limit: Optional[float] = None) -> Any:
        with self._lock:
            connection = self._connected()
            try:
                value = connection.call(method, args, keywords, self._limit if limit is None else limit)
            except (errors.Unreachable, errors.Timeout, errors.ProtocolError):
                self._close()
                raise
        return _usable(value, self)


class _Method:
    """A method of a device."""

    __slots__ = ("_device", "__name__")

    def __init__(self, device: Device, name: str):
        self._device, self.__name__ = device, name

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self._device._call(self.__name__, vocabulary.plain(args), vocabulary.plain(keywords))

    def __repr__(self) -> str:
        return "<method %s of %s>" % (self.__name__, self._device._uri)


def _usable(value: Any, device: Device) -> Any:
    """A result, with devices in place of references to them."""
    if isinstance(value, pickles.Proxy):
        return Device(
            value.uri, timeout=device._limit, connect_timeout=device._connect_limit, security=device._security
        )
    if type(value) is dict:
        return {key: _usable(item, device) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_usable(item, device) for item in value)
    return value
