internal import Devices
internal import DriverCatalogue

extension DriverCatalog {
    /// This package's drivers and others, of which one with the same word takes the place of this package's.
    static func of(_ others: [any ConfigurableDriver]) -> DriverCatalog {
        DriverCatalog(
            others + DriverCatalogue.drivers.drivers.filter { ours in !others.contains { $0.name == ours.name } }
        )
    }
}
