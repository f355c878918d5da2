/// One thing that is wrong with a configuration: `scope.yaml:4:11: devices[1].port: expected …, got 'eight'`.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let place: Place
    /// What the value is by the keys that lead to it, such as `devices[1].port`; empty for the file as a whole.
    public let path: String
    public let message: String

    public init(_ message: String, at place: Place, path: String = "") {
        self.message = message
        self.place = place
        self.path = path
    }

    public var description: String { "\(place): \(path.isEmpty ? "" : "\(path): ")\(message)" }
}
