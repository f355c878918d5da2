internal import AndorSDK3
internal import Composites
public import Devices
internal import FilterWheels
internal import Lasers
internal import Simulators
internal import StageControllers

/// Every driver that the programs are built with: a new one is a line here.
public let drivers = DriverCatalog(
    Simulators.drivers + FilterWheels.drivers + Lasers.drivers + StageControllers.drivers
        + Composites.drivers + [FloatingDriver.andorSDK3]
)
