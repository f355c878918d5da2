import Pickle
import Testing

struct PickleReaderTests {
    private func read(_ steps: [PickleStep], _ unknown: UnknownClasses = .refused) throws(PickleError) -> PythonValue {
        try PickleReader.read(PickleStep.pickle(steps), unknownClasses: unknown)
    }

    private func error(_ steps: [PickleStep], _ unknown: UnknownClasses = .refused) -> PickleError? {
        do {
            _ = try read(steps, unknown)
            return nil
        } catch {
            return error
        }
    }

    private let unknownException: [PickleStep] = [
        .proto(4), .global("serial.serialutil", "SerialException"), .text("no port"), .code(0x85), .code(0x52),
        .code(0x7D), .text("errno"), .byte(2), .code(0x73), .code(0x62), .stop,
    ]

    @Test func errorsNameTheClassThatIsRefused() {
        #expect(error(unknownException) == .refusedName(PythonClass("serial.serialutil", "SerialException")))
        #expect(
            "\(PickleError.refusedName(PythonClass("os", "system")))" == "pickle names os.system, which is not accepted"
        )
    }

    @Test func errorsSayWhereAPickleEnds() {
        #expect(error([.proto(4), .code(0x8C), .code(5), .code(0x61)]) == .truncated(offset: 5))
        #expect("\(PickleError.truncated(offset: 4))" == "pickle ends too early, at byte 4")
    }

    @Test func errorsNameTheInstruction() {
        #expect(error([.proto(4), .code(0x92)]) == .refusedInstruction(0x92, offset: 2))
        #expect(error([.proto(4), .code(0x56), .code(0x0A), .stop]) == .refusedInstruction(0x56, offset: 2))
    }

    @Test func offsetsCountFromTheStartOfTheSlice() {
        let message: [UInt8] = Array(repeating: 0x2E, count: 40) + [0x80, 4, 0x4B]
        #expect(throws: PickleError.truncated(offset: 3)) { try PickleReader.read(message[40...]) }
    }

    @Test func unknownClassesAreOpaqueForThoseWhoAskForIt() throws {
        let expected = OpaqueObject(
            PythonClass("serial.serialutil", "SerialException"),
            arguments: ["no port"],
            state: [.dict(["errno": 2])]
        )
        #expect(try read(unknownException, .opaque) == .opaque(expected))
    }

    @Test func argumentsAmongTheAttributesOfAnExceptionAreItsArguments() throws {
        // The exception of `object().x` in Python 3.12, without its traceback.
        let state: [PickleStep] = [
            .code(0x7D), .code(0x28), .text("name"), .text("x"), .text("args"), .text("no x"), .code(0x85), .code(0x75),
            .code(0x62), .stop,
        ]
        let error: [PickleStep] = [.proto(4), .global("builtins", "AttributeError")]
        var expected = PythonException("AttributeError", "no x")
        expected.attributes = ["name": "x"]
        #expect(try read(error + [.text("no x"), .code(0x85), .code(0x52)] + state) == .exception(expected))
        // As in Python, these replace the original arguments.
        #expect(try read(error + [.code(0x29), .code(0x52)] + state) == .exception(expected))
        #expect(
            self.error(
                error + [.code(0x29), .code(0x52), .code(0x7D), .text("args"), .byte(1), .code(0x73)] + [
                    .code(0x62), .stop,
                ]
            )
                == .malformed("arguments of an exception")
        )
    }

    @Test func knownFunctionsStayWhatTheyAreBesideUnknownClasses() {
        #expect(
            error([.proto(4), .global("builtins", "bytes"), .byte(200), .code(0x85), .code(0x52), .stop], .opaque)
                != nil
        )
        #expect(error([.proto(4), .global("builtins", "set"), .stop], .opaque) != nil)
    }

    @Test func aClassAloneIsNoValue() {
        #expect(error([.proto(4), .global("microscope", "ROI"), .stop]) != nil)
        #expect(error([.proto(4), .code(0x5D), .global("builtins", "ValueError"), .code(0x61), .stop]) != nil)
    }

    @Test func protocol1AndProtocols6AreNotToBeAnnounced() {
        #expect(error([.proto(1), .code(0x4E), .stop]) == .malformed("protocol 1"))
        #expect(error([.proto(6), .code(0x4E), .stop]) == .malformed("protocol 6"))
    }

    @Test func whatHasBeenFetchedCannotBeChangedAnyMore() {
        let list: [PickleStep] = [.proto(2), .code(0x5D), .put(0), .get(0), .code(0x85)]
        #expect(error(list + [.code(0x86), .stop]) == nil)
        #expect(error([.proto(2), .code(0x5D), .put(0), .get(0), .byte(1), .code(0x61), .stop]) != nil)
    }

    @Test func whatIsSetAsideWhileBeingFilledIsFetchedFull() throws {
        // The outer list is in the memo under 0, the inner one under 1.
        let steps: [PickleStep] = [
            .proto(2), .code(0x5D), .put(0), .code(0x5D), .put(1), .byte(7), .code(0x61), .code(0x61), .get(0), .get(1),
            .code(0x87), .stop,
        ]
        #expect(try read(steps) == .tuple([.list([.list([7])]), .list([.list([7])]), .list([7])]))
    }

    @Test func aNumberUsedTwiceStandsForTheLaterValue() throws {
        // The list is stored under 0, then a text. Finishing the list in a tuple must not restore it.
        let steps: [PickleStep] = [
            .proto(2), .code(0x5D), .put(0), .text("a"), .put(0), .code(0x61), .code(0x85), .get(0), .code(0x86), .stop,
        ]
        #expect(try read(steps) == .tuple([.tuple([.list(["a"])]), "a"]))
    }

    @Test func bytesAndArraysAreStretchesOfThePickle() throws {
        let pixels = [UInt8](repeating: 5, count: 10_000)
        let array = try #require(NDArray(.uint16, shape: [50, 100], data: Bytes(pixels)))
        let pickle = try PickleWriter.pickle(.tuple([.array(array), .bytes(Bytes(pixels))])).joined()
        let range = unsafe pickle.withUnsafeBytes {
            UInt(bitPattern: $0.baseAddress)..<UInt(bitPattern: $0.baseAddress) + UInt($0.count)
        }
        guard case .tuple(let items) = try PickleReader.read(pickle[...]), case .array(let read) = items[0],
            case .bytes(let bytes) = items[1]
        else {
            Issue.record("not what was written")
            return
        }
        for stretch in [read.data, bytes] {
            #expect(range.contains(unsafe stretch.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }))
        }
    }

    @Test(arguments: ["HIGH", "RISING_EDGE"])
    func membersOfEnumerationsAreFoundByNameAndAlias(_ name: String) throws {
        let steps: [PickleStep] = [
            .proto(4), .global("builtins", "getattr"), .global("microscope", "TriggerType"), .text(name), .code(0x86),
            .code(0x52), .stop,
        ]
        #expect(try read(steps) == .enumMember(PythonClass("microscope", "TriggerType"), 1))
    }

    @Test(arguments: ["1x", "", "--1", "1 ", "0x10", "1_0"])
    func linesThatAreNoNumbersAreRefused(_ digits: String) {
        for code in ["I", "L", "F"] {
            #expect(throws: PickleError.self) { try PickleReader.read(Array("\(code)\(digits)\n.".utf8)[...]) }
        }
    }

    /// Python reads the first as 8 and refuses the others.
    ///
    /// It never writes them.
    @Test(arguments: ["I010", "I09", "L010L", "L-07L", "Fnan(1)"])
    func numbersThatMayMeanSomethingElseAreRefused(_ line: String) {
        #expect(throws: PickleError.self) { try PickleReader.read(Array("\(line)\n.".utf8)[...]) }
    }

    @Test(arguments: ["\\", "\\x41", "\\u12", "\\ud800", "\\U00110000", "\\u+123"])
    func escapesThatPythonDoesNotWriteAreRefused(_ text: String) {
        #expect(throws: PickleError.self) { try PickleReader.read(Array("V\(text)\n.".utf8)[...]) }
    }

    @Test(arguments: ["1.5", "-0", "1E+30", "NaN", "-sNaN12", "Infinity"])
    func decimalNumbersAreReadAsText(_ text: String) throws {
        let steps: [PickleStep] = [
            .proto(2), .global("decimal", "Decimal"), .text(text), .code(0x85), .code(0x52), .stop,
        ]
        #expect(try read(steps) == .decimal(text))
    }

    @Test(arguments: ["", ".", "1.5.5", "E5", "nan(", "Infinity1", "1e", "0x1"])
    func whatIsNoDecimalNumberIsRefused(_ text: String) {
        let steps: [PickleStep] = [
            .proto(2), .global("decimal", "Decimal"), .text(text), .code(0x85), .code(0x52), .stop,
        ]
        #expect(error(steps) == .malformed("arguments of Decimal"))
    }

    @Test(arguments: [
        [7, 232, 2, 30], [0, 0, 1, 1], [7, 232, 13, 1], [7, 231, 2, 29], [7, 232, 4, 0], [7, 232, 1],
    ])
    func daysThatDoNotExistAreRefused(_ bytes: [UInt8]) {
        let steps: [PickleStep] = [
            .proto(3), .global("datetime", "date"), .bytes(bytes), .code(0x85), .code(0x52), .stop,
        ]
        #expect(error(steps) == .malformed("arguments of date"))
    }
}
