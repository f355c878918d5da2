"""The types of python-microscope's interface: its own where it is installed, otherwise equal ones."""

from __future__ import annotations

import enum
from typing import Any, NamedTuple

__all__ = [
    "ROI",
    "Binning",
    "AxisLimits",
    "TriggerType",
    "TriggerMode",
    "ElectronicShutteringMode",
    "EXCEPTIONS",
    "plain",
]

try:
    import microscope as _microscope
except ImportError:
    _microscope = None


class _ROI(NamedTuple):
    left: int
    top: int
    width: int
    height: int


class _Binning(NamedTuple):
    h: int
    v: int


class _AxisLimits(NamedTuple):
    lower: float
    upper: float


class _TriggerType(enum.Enum):
    SOFTWARE = 0
    RISING_EDGE = 1
    HIGH = 1
    FALLING_EDGE = 2
    LOW = 2
    PULSE = 3


class _TriggerMode(enum.Enum):
    ONCE = 1
    BULB = 2
    STROBE = 3
    START = 4


class _ElectronicShutteringMode(enum.Enum):
    GLOBAL = 1
    ROLLING = 2


class MicroscopeError(Exception):
    """An error that python-microscope's clients know."""


class DeviceError(MicroscopeError):
    pass


class IncompatibleStateError(DeviceError):
    pass


class DisabledDeviceError(IncompatibleStateError):
    pass


class InitialiseError(DeviceError):
    pass


class UnsupportedFeatureError(DeviceError):
    pass


class LibraryLoadError(MicroscopeError):
    pass


def _known(name: str, other: Any) -> Any:
    return getattr(_microscope, name, other)


ROI = _known("ROI", _ROI)
Binning = _known("Binning", _Binning)
AxisLimits = _known("AxisLimits", _AxisLimits)
TriggerType = _known("TriggerType", _TriggerType)
TriggerMode = _known("TriggerMode", _TriggerMode)
ElectronicShutteringMode = _known("ElectronicShutteringMode", _ElectronicShutteringMode)

# By the names under which servers send them.
EXCEPTIONS = {
    kind.__name__: _known(kind.__name__, kind)
    for kind in (
        MicroscopeError,
        DeviceError,
        IncompatibleStateError,
        DisabledDeviceError,
        InitialiseError,
        UnsupportedFeatureError,
        LibraryLoadError,
    )
}


def plain(value: Any) -> Any:
    """An argument of a call, without classes that only this package has."""
    if isinstance(value, (_TriggerType, _TriggerMode, _ElectronicShutteringMode)):
        return value.value
    if isinstance(value, (_ROI, _Binning, _AxisLimits)):
        return tuple(value)
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    return value
