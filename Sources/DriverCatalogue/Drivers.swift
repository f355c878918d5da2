internal import AndorSDK3
public import Devices
internal import FilterWheels
internal import Lasers
internal import Simulators

/// Every driver that the programs are built with: a new one is a line here.
public let drivers = DriverCatalog(
    Simulators.drivers + FilterWheels.drivers + Lasers.drivers + [FloatingDriver.andorSDK3]
)
