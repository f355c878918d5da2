import AndorSDK3
import Devices
import Simulators

/// Every driver this program was built with: a new one is a line here.
let drivers = DriverCatalog(Simulators.drivers + [FloatingDriver.andorSDK3])
