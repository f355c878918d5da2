public import Pickle

/// Turns values into the payloads of messages and back.
protocol Serializer: Sendable {
    /// Writes a result, an exception or one side of a handshake.
    func encode(_ value: PythonValue, to out: inout Segments) throws(SerializerError)
    func encodeCall(_ call: WireCall, to out: inout Segments) throws(SerializerError)
    /// Reads a value. Exceptions of unknown classes are refused or let through; objects of such classes are refused.
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

    /// The serializer whose pickles claim to be of that protocol.
    func serializer(claiming pickleProtocol: UInt8) -> any Serializer {
        self == .pickle ? PickleSerializer(protocolNumber: pickleProtocol) : serializer
    }
}

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

/// Why a payload could not be read, or a value not be written.
public struct SerializerError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The bytes are not what the format prescribes, or too many.
        case malformed
        /// The format has no form for the value.
        case unwritable
        /// The payload names a class that does not travel in this format.
        case unsupportedClass
        /// The payload names a class that nobody should name.
        case forbiddenClass
    }

    public let kind: Kind
    public let message: String

    public var description: String { message }

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The error as Python sees it, of the class that comes closest to what its own serializers raise.
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

/// Python's own serializer, which all microscope programs use.
struct PickleSerializer: Serializer {
    /// The protocol that pickles claim to be of.
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

/// A serializer for a format of plain data, in which objects travel as dictionaries that name their class.
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

/// A format for plain data, which knows nothing of exceptions, proxies and enumerations.
protocol PlainFormat: Sendable {
    static var id: SerializerID { get }

    /// Writes a value that ``PlainValues`` made.
    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8]
    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue

    /// The form of a point in time, or of a length of it.
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
