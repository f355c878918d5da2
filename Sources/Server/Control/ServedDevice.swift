internal import Devices
internal import Pickle

/// A device that a server on this machine has, or tries to have.
public struct ServedDevice: Sendable {
    public let name: String
    /// The whole path of the server's configuration file.
    public let configuration: String
    /// The process that has the device; nil while there is none, which the server is about to change.
    public let pid: Int?
    private let driver: String
    private let uid: String?
    private let isSimulated: Bool

    /// Those of all servers that this user may ask.
    public static var all: [ServedDevice] {
        RunningServer.all.compactMap { try? $0.status() }.flatMap(devices)
    }

    private static func devices(of status: PythonValue) -> [ServedDevice] {
        guard case .dict(let server) = status, case .str(let configuration)? = server["configuration"],
            case .list(let definitions)? = server["definitions"]
        else { return [] }
        return definitions.flatMap { definition -> [ServedDevice] in
            guard case .dict(let definition) = definition, case .list(let devices)? = definition["devices"] else {
                return []
            }
            let pid = definition["pid"].flatMap { Int(python: $0) }
            return devices.compactMap { ServedDevice($0, configuration, pid: pid) }
        }
    }

    private init?(_ device: PythonValue, _ configuration: String, pid: Int?) {
        guard case .dict(let device) = device, case .str(let name)? = device["name"],
            case .str(let driver)? = device["driver"]
        else { return nil }
        (self.name, self.driver, self.configuration, self.pid) = (name, driver, configuration, pid)
        if case .str(let uid)? = device["uid"] { self.uid = uid } else { uid = nil }
        isSimulated = device["simulated"] == .bool(true)
    }

    /// Whether a definition in a file means this device, as far as configurations tell.
    ///
    /// It does if the server has it from the same file, or one with the same driver and uid from another. What is
    /// simulated is no hardware, and each server has its own.
    public func isMeant(by definition: DeviceDefinition, of file: String) -> Bool {
        guard isSimulated == definition.isSimulated else { return false }
        if name == definition.name, configuration == file.realPath { return true }
        return uid != nil && uid == definition.uid && driver == definition.driver.name && !isSimulated
    }
}
