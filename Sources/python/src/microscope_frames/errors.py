"""What can go wrong, said so that it helps without the server's log."""

from __future__ import annotations


class FrameError(Exception):
    """The root of the errors of this package."""


class Unreachable(FrameError, ConnectionError):
    """The server cannot be reached, or the connection ended."""


class Refused(FrameError):
    """The server does not accept this client, or what it wants."""

    def __init__(self, text: str, code: str = ""):
        super().__init__(text)
        self.code = code


class NoSuchDevice(Refused):
    """The server does not know the device."""


class NotSupported(FrameError):
    """The server is too old, or a package is missing here."""


class ProtocolError(FrameError):
    """What arrived is not what the protocol allows."""


class DeviceFailure(FrameError):
    """The device sent an error in place of a frame; later frames may still come."""


class Closed(FrameError):
    """The client was closed."""


class Timeout(FrameError, TimeoutError):
    """Nothing arrived within the time limit."""


class RemoteError(FrameError):
    """An exception of the server whose class is not known here."""

    def __init__(self, name: str, *args: object):
        super().__init__(*args)
        self.name = name

    def __str__(self) -> str:
        return "%s: %s" % (self.name, super().__str__())
