public import Pickle

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

extension SerializerID {
    /// A value as a serializer writes it that writes text: JSON, serpent.
    ///
    /// Throws a ``SerializerError`` for values that it cannot represent.
    public func text(of value: PythonValue) throws(SerializerError) -> String {
        var out = Segments()
        try serializer.encode(value, to: &out)
        return String(decoding: out.joined(), as: UTF8.self)
    }
}
