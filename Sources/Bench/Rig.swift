public import Devices
internal import Glibc
public import Server

/// The devices of a configuration and what is between them, to be tried and not served.
public struct Rig: Sendable {
    public let devices: [RigDevice]
    /// What is between the devices.
    public let wiring: RigWiring

    /// Also lets simulated hardware have the floating devices that the configuration names, as a server does for its
    /// workers; for that it changes this process's environment, so it is made before there are other threads.
    public init(_ configuration: ServerConfiguration) {
        for (name, value) in configuration.definitions.simulatedEnvironment { _ = unsafe setenv(name, value, 0) }
        devices = configuration.definitions.flatMap(\.devices).map(RigDevice.init)
        wiring = configuration.rig
    }

    /// Reads a configuration file; throws ``ConfigurationErrors`` with all errors in it.
    public init(file: String, drivers: DriverCatalog) throws {
        self.init(try ServerConfiguration(file: file, drivers: drivers))
    }
}
