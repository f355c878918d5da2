internal import Pickle

/// Serpent: a literal of Python's in UTF-8, below a comment that says so.
enum SerpentFormat: PlainFormat {
    static let id = SerializerID.serpent

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = SerpentWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        guard !bytes.contains(0) else {
            throw .malformed("the serpent data contains 0-bytes so it cannot be parsed. Has it been corrupted?")
        }
        var reader = SerpentReader(bytes)
        return try reader.whole()
    }
}
