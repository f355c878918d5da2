public import Devices
public import Server

/// A device of a rig, and how to open it.
public struct RigDevice: Sendable, CustomStringConvertible {
    public let definition: DeviceDefinition

    public init(_ definition: DeviceDefinition) { self.definition = definition }

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
