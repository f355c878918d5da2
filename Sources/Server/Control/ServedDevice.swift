internal import Devices
public import Pickle

/// A device that a server on this machine has, or tries to have, as the server says.
public struct ServedDevice: Sendable, Hashable {
    public let name: String
    public let driver: String
    public let uid: String?
    /// The whole path of the server's configuration file.
    public let configuration: String
    /// `starting`, `serving`, `waiting`, `not answering`, or `lost` if the driver cannot use the device.
    public let state: String
    /// What keeps the device from being used.
    public let problem: String?
    /// The process that has the device; nil while there is none, which the server is about to change.
    public let pid: Int?
    public let uri: String?
    public let isSimulated: Bool

    /// Whether a server has it open, be it that it is lost at the moment.
    public var isServed: Bool { state == "serving" || state == "lost" }

    /// Those of all servers that this user may ask.
    public static var all: [ServedDevice] {
        RunningServer.askAll().statuses.flatMap(all)
    }

    /// The devices in a server's answer to `status`; what is not as it should be is left out.
    public static func all(in status: PythonValue) -> [ServedDevice] {
        status["definitions"].items.flatMap { definition in
            definition["devices"].items.compactMap { device in
                guard let name = device["name"].text, let driver = device["driver"].text else { return nil }
                return ServedDevice(
                    name: name,
                    driver: driver,
                    uid: device["uid"].text,
                    configuration: status["configuration"].text ?? "",
                    state: device["state"].text ?? definition["state"].text ?? "",
                    problem: device["problem"].text,
                    pid: Int(python: definition["pid"]),
                    uri: device["uri"].text,
                    isSimulated: device["simulated"] == true
                )
            }
        }
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

extension PythonValue {
    fileprivate subscript(key: String) -> PythonValue {
        if case .dict(let fields) = self { fields[.str(key)] ?? .none } else { .none }
    }

    fileprivate var items: [PythonValue] { if case .list(let items) = self { items } else { [] } }
}
