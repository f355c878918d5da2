internal import Pickle

/// The format of Python's compiled files.
enum MarshalFormat: PlainFormat {
    static let id = SerializerID.marshal

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = MarshalWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = MarshalReader(bytes)
        return try reader.value()
    }

    /// The call with its arguments in a list, as Pyro4 has them in this format.
    static func plain(_ call: WireCall) -> PythonValue {
        .tuple([.str(call.object), .str(call.method), .list(call.arguments), call.keywordValue])
    }
}
