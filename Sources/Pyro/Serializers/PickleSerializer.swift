internal import Pickle

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
