"""Pickles of servers, read as data: only classes of the list below are made, whatever a pickle names."""

from __future__ import annotations

import builtins
import collections
import datetime
import decimal
import enum
import io
import pickle
import uuid
from typing import Any, Callable

import numpy

from . import errors, vocabulary

_PLAIN = {
    ("_codecs", "encode"),
    ("builtins", "bytes"),
    ("builtins", "bytearray"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "complex"),
    ("builtins", "range"),
    ("builtins", "object"),
    ("builtins", "NotImplemented"),
    ("copyreg", "_reconstructor"),
}
_OTHERS: "dict[tuple[str, str], Any]" = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "date"): datetime.date,
    ("datetime", "time"): datetime.time,
    ("datetime", "timedelta"): datetime.timedelta,
    ("datetime", "timezone"): datetime.timezone,
    ("decimal", "Decimal"): decimal.Decimal,
    ("uuid", "UUID"): uuid.UUID,
    ("numpy", "dtype"): numpy.dtype,
    ("numpy", "ndarray"): numpy.ndarray,
}
_NUMPY = {"multiarray._reconstruct", "multiarray.scalar", "numeric._frombuffer"}
_NAMES = {"__builtin__": "builtins", "exceptions": "builtins", "copy_reg": "copyreg"}
_ALIASES = {
    "microscope.ROI": vocabulary.ROI,
    "microscope.Binning": vocabulary.Binning,
    "microscope.AxisLimits": vocabulary.AxisLimits,
    "microscope.TriggerType": vocabulary.TriggerType,
    "microscope.TriggerMode": vocabulary.TriggerMode,
    "microscope.ElectronicShutteringMode": vocabulary.ElectronicShutteringMode,
}


class URI:
    """The address of an object, as Pyro pickles it."""

    def __setstate__(self, state: tuple) -> None:
        self.protocol, self.object, self.sockname, self.host, self.port = state

    def __str__(self) -> str:
        host = "[%s]" % self.host if self.host and ":" in self.host else self.host
        place = "./u:%s" % self.sockname if self.sockname else "%s:%s" % (host, self.port)
        return "%s:%s@%s" % (self.protocol, self.object, place)


class Proxy:
    """A reference to another object of the server."""

    def __setstate__(self, state: tuple) -> None:
        self.uri = str(state[0])


class _WrappedError:
    """An error within a batch."""

    exception: BaseException


def _remote_error(name: str) -> Callable[..., Exception]:
    """What makes an exception of a class that is not known here."""
    # A class, since pickles may also make one by NEWOBJ, and set attributes.
    return type(
        name.rpartition(".")[2],
        (errors.RemoteError,),
        {"__init__": lambda self, *args: errors.RemoteError.__init__(self, name, *args), "__module__": __name__},
    )


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        module = _NAMES.get(module, module)
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        other = _OTHERS.get((module, name)) or _ALIASES.get("%s.%s" % (module, name))
        if other is not None:
            return other
        for core in ("numpy.core.", "numpy._core."):
            if module.startswith(core) and "%s.%s" % (module[len(core) :], name) in _NUMPY:
                return _numpy(module[len(core) :], name)
        if module == "Pyro4.core" and name in ("URI", "Proxy"):
            return URI if name == "URI" else Proxy
        if (module, name) == ("Pyro4.futures", "_ExceptionWrapper"):
            return _WrappedError
        if (module, name) == ("builtins", "getattr"):
            return _member
        if module == "microscope" and name in vocabulary.EXCEPTIONS:
            return vocabulary.EXCEPTIONS[name]
        if module == "builtins":
            known = getattr(builtins, name, None)
            if isinstance(known, type) and issubclass(known, Exception):
                return known
        if name.endswith(("Error", "Exception")) or module.endswith("errors"):
            return _remote_error("%s.%s" % (module, name))
        raise pickle.UnpicklingError("the server sent an object of class %s.%s" % (module, name))


def _member(kind: Any, name: str) -> Any:
    """Debian's Python 3.11 pickles members of enums as `getattr(class, name)`."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind[name]
    raise pickle.UnpicklingError("the server sent getattr of something that is not an enum")


def _numpy(module: str, name: str) -> Any:
    """One of numpy's own functions, in whichever package this numpy has it."""
    core = getattr(numpy, "_core", None) or numpy.core
    return getattr(getattr(core, module), name)


def known_class(name: str) -> Any:
    """The class with a name such as `microscope.DeviceError`, as the other serializers send it."""
    module, _, last = name.rpartition(".")
    return _Reader(io.BytesIO(b"")).find_class(module or "builtins", last)


def loads(data: bytes) -> Any:
    """The value of a pickle."""
    return _Reader(io.BytesIO(data)).load()


def dumps(value: Any) -> bytes:
    """A pickle that every server reads."""
    return pickle.dumps(value, 4)
