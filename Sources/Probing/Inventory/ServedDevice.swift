public import Pickle

/// A device that a running server has, as the server says.
public struct ServedDevice: Sendable, Hashable {
    public let name: String
    public let driver: String
    public let uid: String?
    /// The server's configuration file.
    public let configuration: String
    /// `starting`, `serving` or `waiting`.
    public let state: String
    /// The process that has the device.
    public let pid: Int?
    public let uri: String?
    public let isSimulated: Bool

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
                    state: definition["state"].text ?? "",
                    pid: definition["pid"].number,
                    uri: device["uri"].text,
                    isSimulated: device["simulated"] == true
                )
            }
        }
    }
}

extension PythonValue {
    fileprivate subscript(key: String) -> PythonValue {
        if case .dict(let fields) = self { fields[.str(key)] ?? .none } else { .none }
    }

    fileprivate var items: [PythonValue] { if case .list(let items) = self { items } else { [] } }
    fileprivate var text: String? { if case .str(let text) = self { text } else { nil } }
    fileprivate var number: Int? { if case .int(let number) = self { number } else { nil } }
}
