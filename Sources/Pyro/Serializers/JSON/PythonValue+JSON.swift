public import Pickle

extension PythonValue {
    /// The value in JSON, as Python's `json` writes it; throws for what JSON has no form for.
    public var json: String {
        get throws(SerializerError) {
            var writer = JSONWriter()
            try writer.write(self)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}
