public import Pickle

/// A conversion between values and the payloads of messages.
protocol Serializer: Sendable {
    /// Writes a result, an exception or one side of a handshake.
    func encode(_ value: PythonValue, to out: inout Segments) throws(SerializerError)
    func encodeCall(_ call: WireCall, to out: inout Segments) throws(SerializerError)
    /// Reads a value. Exceptions of unknown classes are refused or accepted; other objects of such classes are refused.
    func decode(
        _ bytes: ArraySlice<UInt8>,
        unknownClasses: UnknownClasses
    ) throws(SerializerError) -> PythonValue
    func decodeCall(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> WireCall
}

extension Serializer {
    func decode(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        try decode(bytes, unknownClasses: .refused)
    }
}

extension SerializerID {
    var serializer: any Serializer {
        switch self {
        case .serpent: PlainSerializer<SerpentFormat>()
        case .json: PlainSerializer<JSONFormat>()
        case .marshal: PlainSerializer<MarshalFormat>()
        case .pickle: PickleSerializer()
        case .msgpack: PlainSerializer<MsgpackFormat>()
        }
    }

    /// The serializer, with this protocol number in its pickles.
    func serializer(claiming pickleProtocol: UInt8) -> any Serializer {
        self == .pickle ? PickleSerializer(protocolNumber: pickleProtocol) : serializer
    }
}

/// The serializers of Pyro4, with their numbers in message headers.
public enum SerializerID: UInt16, Sendable, CaseIterable {
    case serpent = 1
    case json = 2
    case marshal = 3
    case pickle = 4
    case msgpack = 6

    /// The name in Pyro4's configuration.
    public var name: String { String(describing: self) }

    public init?(name: String) {
        guard let id = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = id
    }
}

extension SerializerID {
    /// The text of a value in a serializer that writes text: JSON or serpent.
    ///
    /// Throws a ``SerializerError`` if the serializer cannot represent the value.
    public func text(of value: PythonValue) throws(SerializerError) -> String {
        var out = Segments()
        try serializer.encode(value, to: &out)
        return String(decoding: out.joined(), as: UTF8.self)
    }
}

/// The reason why a payload could not be read or a value could not be written.
public struct SerializerError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The bytes do not follow the format or exceed a limit.
        case malformed
        /// The format cannot represent the value.
        case unwritable
        /// The payload names a class that is not supported in this format.
        case unsupportedClass
        /// The payload names a class that is never accepted.
        case forbiddenClass
    }

    public let kind: Kind
    public let message: String

    public var description: String { message }

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The error for Python clients, with the class that Python's serializers would raise.
    public var exception: PythonException {
        let type =
            switch kind {
            case .malformed: PythonClass("builtins", "ValueError")
            case .unwritable: PythonClass("builtins", "TypeError")
            case .unsupportedClass: PythonClass("Pyro4.errors", "SerializeError")
            case .forbiddenClass: PythonClass("Pyro4.errors", "SecurityError")
            }
        return PythonException(type, [.str(message)])
    }

    static func malformed(_ message: String) -> Self { Self(.malformed, message) }
    static func unwritable(_ message: String) -> Self { Self(.unwritable, message) }
    static func unwritable(_ value: PythonValue, in id: SerializerID) -> Self {
        unwritable("\(id.name) cannot carry a value of type \(value.typeName)")
    }

    static let truncated = malformed("the payload ends too early")
}

/// Pickle, which all microscope programs use.
struct PickleSerializer: Serializer {
    /// The protocol number at the beginning of pickles.
    var protocolNumber: UInt8 = 4

    func encode(_ value: PythonValue, to out: inout Segments) throws(SerializerError) {
        do throws(PickleError) {
            try PickleWriter.write(value, to: &out, claiming: protocolNumber)
        } catch {
            throw .unwritable("\(error)")
        }
    }

    func encodeCall(_ call: WireCall, to out: inout Segments) throws(SerializerError) {
        try encode(call.tuple, to: &out)
    }

    func decode(
        _ bytes: ArraySlice<UInt8>,
        unknownClasses: UnknownClasses
    ) throws(SerializerError) -> PythonValue {
        do throws(PickleError) {
            return try PickleReader.read(bytes, unknownClasses: unknownClasses)
        } catch {
            throw .malformed("\(error)")
        }
    }

    func decodeCall(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> WireCall { try WireCall(decode(bytes)) }
}

/// A serializer for a plain format, in which objects travel as dictionaries with the name of their class.
struct PlainSerializer<Format: PlainFormat>: Serializer {
    func encode(_ value: PythonValue, to out: inout Segments) throws(SerializerError) {
        var values = PlainValues<Format>()
        out.append(Bytes(try Format.write(values.plain(value))))
    }

    func encodeCall(_ call: WireCall, to out: inout Segments) throws(SerializerError) {
        try encode(Format.plain(call), to: &out)
    }

    func decode(
        _ bytes: ArraySlice<UInt8>,
        unknownClasses: UnknownClasses
    ) throws(SerializerError) -> PythonValue {
        try ObjectReader(unknownClasses: unknownClasses).restored(Format.read(bytes))
    }

    func decodeCall(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> WireCall {
        try Format.call(from: decode(bytes))
    }
}

/// A format for plain data, without exceptions, proxies and enumerations.
protocol PlainFormat: Sendable {
    static var id: SerializerID { get }

    /// Writes a value converted by ``PlainValues``.
    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8]
    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue

    /// The form of a date, time or duration.
    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue
    /// The form of a call.
    static func plain(_ call: WireCall) -> PythonValue
    static func call(from value: PythonValue) throws(SerializerError) -> WireCall
}

extension PlainFormat {
    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue { try date.plain }
    static func plain(_ call: WireCall) -> PythonValue { call.tuple }
    static func call(from value: PythonValue) throws(SerializerError) -> WireCall { try WireCall(value) }
}

extension SerializerID {
    /// The value that some bytes stand for.
    public func value(of bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        try serializer(claiming: 4).decode(bytes)
    }
}
