internal import AndorSDK3
public import Devices
internal import Simulators

/// Every driver that the programs are built with: a new one is a line here.
public let drivers = DriverCatalog(Simulators.drivers + [FloatingDriver.andorSDK3])
