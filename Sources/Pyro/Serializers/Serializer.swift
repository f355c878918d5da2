internal import Pickle

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
