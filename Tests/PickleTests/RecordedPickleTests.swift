import Pickle
import Testing

struct RecordedPickleTests {
    @Test func therearePicklesToTestWith() {
        #expect(Vectors.toDecode.count > 500)
        #expect(Vectors.toEncode.count >= 80)
        #expect(Vectors.hostile("refuse").count > 100)
        #expect(Vectors.pickledMessages.count > 500)
        #expect(Vectors.oldProtocols.count > 100)
    }

    @Test(arguments: Vectors.toDecode)
    func whatPythonPickledIsReadAsItWas(_ vector: Vectors.Vector) throws {
        #expect(describe(try PickleReader.read(vector.bytes)) == vector.value.normalized)
    }

    @Test(arguments: Vectors.oldProtocols)
    func protocols0And1AreReadAsWell(_ vector: Vectors.Vector) throws {
        #expect(describe(try PickleReader.read(vector.bytes)) == vector.value.normalized)
    }

    @Test(arguments: Vectors.toEncode)
    func valuesAreWrittenByteForByteInTheFormsThatEveryPythonReads(_ vector: Vectors.Vector) throws {
        let value = try PickleReader.read(vector.bytes)
        #expect(describe(value) == vector.value.normalized)
        #expect(try PickleWriter.pickle(value).joined()[...] == vector.bytes)
    }

    @Test(arguments: Vectors.pickledMessages)
    func payloadsOfRecordedSessionsAreRead(_ message: Vectors.Message) throws {
        let isException = message.flags & 1 != 0
        let value = try PickleReader.read(message.bytes, unknownClasses: isException ? .opaque : .refused)
        #expect(describe(value) == message.payload?.normalized)
    }

    @Test(arguments: Vectors.hostile("refuse"))
    func hostilePicklesAreRefused(_ vector: Vectors.Hostile) {
        #expect(throws: PickleError.self) { try PickleReader.read(vector.bytes) }
    }

    /// Python reads these pickles.
    ///
    /// They may be read or refused here, but must do no harm.
    @Test(arguments: Vectors.hostile("either"))
    func questionablePicklesDoNoHarm(_ vector: Vectors.Hostile) {
        _ = try? PickleReader.read(vector.bytes)
        _ = try? PickleReader.read(vector.bytes, unknownClasses: .opaque)
    }
}
