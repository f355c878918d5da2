"""The choice of the way on which frames come, and waiting for any of them."""
from __future__ import annotations

import asyncio
from typing import Any, Optional

from . import connection, errors, shared, wire
from .callback import CallBack


def subscribe(device: Any, security: wire.Security, wanted: dict, compression: dict, shared_memory: bool,
              limit: float) -> "tuple[Any, str]":
    """Subscribes by the fastest way, and says why not by a faster one."""
    with device._lock:
        device._connected()
        methods, address = device._methods, device._address
    if "frames_offer" in methods:
        offer = device._call("frames_offer", (), {}, limit)
        subscription, reason = _shared(offer, wanted, shared_memory, limit)
        if subscription is None:
            subscription = connection.OwnConnection(address, security, {**wanted, **compression}, limit)
        return subscription, reason
    if "set_client" in methods:
        return (CallBack(device, address, wanted["policy"], wanted["queue"]),
                "the server has nothing else (no frames_offer)")
    raise errors.NotSupported("%s sends no frames" % device._uri)


def _shared(offer: dict, wanted: dict, is_wanted: bool, limit: float) -> "tuple[Any, str]":
    if not is_wanted:
        return None, "shared memory is not wanted"
    if not offer.get("socket"):
        return None, str(offer.get("no_socket") or "the server has no shared memory")
    if not shared.is_this_machine(offer):
        return None, "the server runs on another computer"
    try:
        return shared.SharedMemory(offer, wanted, limit), ""
    except errors.Refused as error:
        if error.code not in ("ticket", "user", "memory"):
            raise
        return None, str(error)
    except OSError as error:
        return None, "the socket %s cannot be used: %s" % (offer["socket"], error.strerror or error)


async def readable(loop: Any, descriptor: int, limit: Optional[float]) -> bool:
    """Waits until something can be received."""
    ready = loop.create_future()
    loop.add_reader(descriptor, lambda: ready.done() or ready.set_result(None))
    try:
        await asyncio.wait_for(ready, None if limit is None else max(0.0, limit))
        return True
    except asyncio.TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)


def wake(subscription: Any) -> None:
    """Ends the wait of another thread."""
    try:
        subscription.socket.shutdown(2)
    except OSError:
        pass
