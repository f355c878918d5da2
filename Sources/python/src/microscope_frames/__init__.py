"""Frames of a microscope's cameras at memory speed.

    from microscope_frames import FrameClient

    with FrameClient("PYRO:Camera@127.0.0.1:8001") as camera:
        camera.enable()
        for frame in camera:
            print(frame.number, frame.image.mean())

From a device-server on the same computer frames come in shared memory, without a copy; from one elsewhere on a
connection that this program opens; from python-microscope's server by Pyro's call-back.
"""

from .client import FrameClient
from .dataclient import DataClient
from .device import Device
from .errors import (
    Closed,
    DeviceFailure,
    FrameError,
    NoSuchDevice,
    NotSupported,
    ProtocolError,
    Refused,
    RemoteError,
    Timeout,
    Unreachable,
)
from .frame import Frame, Gap, Reading, Transform
from .vocabulary import ROI, AxisLimits, Binning, ElectronicShutteringMode, TriggerMode, TriggerType

__version__ = "0.1.0"
__all__ = [
    "FrameClient",
    "DataClient",
    "Device",
    "Frame",
    "Reading",
    "Gap",
    "Transform",
    "FrameError",
    "Unreachable",
    "Refused",
    "NoSuchDevice",
    "NotSupported",
    "ProtocolError",
    "DeviceFailure",
    "Closed",
    "Timeout",
    "RemoteError",
    "ROI",
    "Binning",
    "AxisLimits",
    "TriggerType",
    "TriggerMode",
    "ElectronicShutteringMode",
]
