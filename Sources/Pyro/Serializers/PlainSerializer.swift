internal import Pickle

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
