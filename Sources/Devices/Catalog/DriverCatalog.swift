/// The drivers that a program was built with, by the words that configurations use.
public struct DriverCatalog: Sendable {
    public let drivers: [any ConfigurableDriver]

    public init(_ drivers: [any ConfigurableDriver]) { self.drivers = drivers }

    public subscript(name: String) -> (any ConfigurableDriver)? { drivers.first { $0.name == name } }

    public var names: [String] { drivers.map(\.name) }
}

extension CodingUserInfoKey {
    /// Under which a decoder carries the catalogue, for drivers whose options name other drivers.
    // The name is not empty, so the key is made.
    public static let driverCatalog = CodingUserInfoKey(rawValue: "drivers")!
}
