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

/// A device of a rig, and how to open it.
public struct RigDevice: Sendable, CustomStringConvertible {
    public let definition: Server.DeviceDefinition

    public init(_ definition: Server.DeviceDefinition) { self.definition = definition }

    public var name: String { definition.name }
    public var description: String { name }

    /// Opens the device and gives it the settings of its definition, as a server does.
    ///
    /// Throws a ``RigError`` that names the device and the line of the file.
    ///
    /// - Parameter log: takes what its driver has to say, in lines that begin with its name.
    public func open(log: @escaping @Sendable (String) -> Void) throws -> any Device {
        guard definition.driver.references.isEmpty else {
            let others = definition.driver.references.map { "\($0)" }.joined(separator: " and ")
            throw RigError(
                "\(name) (\(definition.place)) works with \(others), and cannot be tried by itself",
                .dependence
            )
        }
        guard !definition.isOpenedWithOthers else {
            throw RigError(
                "\(name) (\(definition.place)) is opened together with others, and cannot be tried by itself",
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
        do { try applySettings(to: device) } catch {
            try? device.shutdown()
            throw error
        }
        return device
    }

    private func applySettings(to device: any Device) throws {
        let settings = SettingList(device.settings)
        for wanted in definition.settings {
            do {
                try settings.set(wanted.name, to: wanted.value)
            } catch {
                throw RigError("\(name) (\(wanted.place)): setting '\(wanted.name)': \(error)")
            }
        }
    }
}

extension DeviceLog.Level {
    fileprivate var mark: String { self == .info ? "" : "\(self): " }
}

/// Why a device of a rig cannot be tried.
public struct RigError: Error, CustomStringConvertible {
    public enum Cause: Sendable {
        /// The device could not be opened, as one cannot that is not there.
        case absence
        /// The device works with others that a server would have to serve.
        case dependence
        case other
    }

    public let description: String
    public let cause: Cause

    public init(_ description: String, _ cause: Cause = .other) {
        (self.description, self.cause) = (description, cause)
    }
}
