internal import Pickle

/// JSON as Python writes it, with infinite numbers and ones that are none.
enum JSONFormat: PlainFormat {
    static let id = SerializerID.json

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = JSONWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = JSONReader(bytes)
        return try reader.whole()
    }

    static func plain(_ call: WireCall) -> PythonValue {
        .dict([
            "object": .str(call.object),
            "method": .str(call.method),
            "params": .list(call.arguments),
            "kwargs": call.keywordValue,
        ])
    }

    static func call(from value: PythonValue) throws(SerializerError) -> WireCall {
        guard case .dict(let parts) = value else { throw .malformed("a call must be an object") }
        return try WireCall(
            object: part("object", of: parts),
            method: part("method", of: parts),
            arguments: part("params", of: parts),
            keywords: part("kwargs", of: parts)
        )
    }

    private static func part(_ name: String, of parts: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard let part = parts[.str(name)] else { throw .malformed("a call has no '\(name)'") }
        return part
    }
}
