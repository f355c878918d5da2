public import Devices
internal import Glibc
public import Server

/// The devices of a configuration and the wiring between them, for hardware tests.
public struct Rig: Sendable {
    public let devices: [RigDevice]
    public let wiring: RigWiring

    /// Also gives simulated hardware the floating devices that the configuration names, like a server does for its
    /// workers.
    ///
    /// This changes the environment of the process, so make it before other threads start.
    public init(_ configuration: ServerConfiguration) {
        for (name, value) in configuration.definitions.simulatedEnvironment { _ = unsafe setenv(name, value, 0) }
        devices = configuration.definitions.flatMap(\.devices).map(RigDevice.init)
        wiring = configuration.rig
    }

    /// The rig of a configuration file; throws ``ConfigurationErrors``.
    public init(file: String, drivers: DriverCatalog) throws {
        self.init(try ServerConfiguration(file: file, drivers: drivers))
    }
}

/// A device of a rig, which can be opened.
public struct RigDevice: Sendable, CustomStringConvertible {
    public let definition: ConfiguredDevice

    public init(_ definition: ConfiguredDevice) { self.definition = definition }

    public var name: String { definition.name }
    public var description: String { name }

    /// Opens the device and applies the settings of its definition, like a server does.
    ///
    /// Throws a ``RigError`` that names the device and the line of the file.
    ///
    /// - Parameter log: receives the driver's messages, in lines that begin with the device's name.
    public func open(log: @escaping @Sendable (String) -> Void) throws -> any Device {
        guard definition.driver.references.isEmpty else {
            let others = definition.driver.references.map { "\($0)" }.joined(separator: " and ")
            throw RigError(
                "\(name) (\(definition.place)) works with \(others), so it cannot be tested alone",
                .dependence
            )
        }
        guard !definition.isOpenedWithOthers else {
            throw RigError(
                "\(name) (\(definition.place)) is opened together with other devices, so it cannot be tested alone",
                .dependence
            )
        }
        let device: any Device
        do {
            let log = DeviceLog(write: { [name] line, level in log("\(name): \(level.mark)\(line)") })
            device = try definition.driver.open(DriverContext(isSimulated: definition.isSimulated, log: log))
        } catch {
            throw RigError("\(name) (\(definition.place)) could not be opened: \(error)", .absence)
        }
        do { try definition.applySettings(to: device) } catch {
            try? device.shutdown()
            throw RigError("\(name): \(error)")
        }
        return device
    }
}

extension DeviceLog.Level {
    fileprivate var mark: String { self == .info ? "" : "\(self): " }
}

/// The reason why a device of a rig cannot be tested.
public struct RigError: Error, CustomStringConvertible {
    public enum Cause: Sendable {
        /// The device could not be opened, as if it were absent.
        case absence
        /// The device works with others, which only a server can provide.
        case dependence
        case other
    }

    public let description: String
    public let cause: Cause

    public init(_ description: String, _ cause: Cause = .other) {
        (self.description, self.cause) = (description, cause)
    }
}
