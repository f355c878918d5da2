import Devices
import FilterWheels
import Simulators

/// Every driver this program was built with: a new one is a line here.
let drivers = DriverCatalog(Simulators.drivers + FilterWheels.drivers)
