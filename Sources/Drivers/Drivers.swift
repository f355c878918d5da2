@_exported public import AndorSDK2
@_exported public import AndorSDK3
@_exported public import Composites
public import Devices
@_exported public import FilterWheels
@_exported public import HamamatsuDCAM
@_exported public import Lasers
@_exported public import RPiCam
@_exported public import Simulators
@_exported public import StageControllers
@_exported public import TeledynePVCAM
@_exported public import V4L2
@_exported public import XIMEA

/// Every driver that the programs are built with: a new family is a line above, and a term here.
public let drivers = DriverCatalog(
    Simulators.drivers + FilterWheels.drivers + Lasers.drivers + StageControllers.drivers
        + Composites.drivers
        + [
            FloatingDriver.andorSDK3, FloatingDriver.andorSDK2, Driver.hamamatsuDCAM, FloatingDriver.pvcam,
            Driver.ximea, Driver.v4l2, Driver.rpicam,
        ]
)
