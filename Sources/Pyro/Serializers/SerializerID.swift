/// The serializers of Pyro4 by their number in message headers.
public enum SerializerID: UInt16, Sendable, CaseIterable {
    case serpent = 1
    case json = 2
    case marshal = 3
    case pickle = 4
    case msgpack = 6

    /// The name that Pyro4's configuration has for it.
    public var name: String { String(describing: self) }

    public init?(name: String) {
        guard let id = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = id
    }
}
