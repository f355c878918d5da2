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
    public func open(log: @escaping @Sendable (String) -> Void) throws -> any Device {
        let device: any Device
        do {
            device = try definition.driver.open(DriverContext(isSimulated: definition.isSimulated, log: log))
        } catch {
            throw RigError("\(name) (\(definition.place)) could not be opened: \(error)", isAbsence: true)
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
                let setting = try settings.find(wanted.name)
                try setting.set(try setting.key(for: wanted.value))
            } catch {
                throw RigError("\(name) (\(wanted.place)): setting '\(wanted.name)': \(error)")
            }
        }
    }
}
