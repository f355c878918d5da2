import Pickle
import Testing

struct DictionaryKeyTests {
    /// One letter with its accent, written as one character and as two.
    private let composed = PythonValue.str("\u{E9}")
    private let decomposed = PythonValue.str("e\u{301}")

    private func read(_ steps: [PickleStep]) throws(PickleError) -> PythonValue {
        try PickleReader.read(PickleStep.pickle([.proto(4)] + steps + [.stop]))
    }

    @Test(arguments: [0, 20])
    func textsThatLookTheSameAreDifferentKeys(others: Int) {
        var dictionary = PythonDictionary((0..<others).map { (.int($0), .none) })
        dictionary[composed] = 1
        dictionary[decomposed] = 2
        #expect(dictionary.count == others + 2)
        #expect(dictionary[composed] == 1)
        #expect(dictionary[decomposed] == 2)
        dictionary[.tuple([composed])] = 3
        #expect(dictionary[.tuple([decomposed])] == nil)
    }

    @Test(arguments: [0, 20])
    func numbersAreKeysByTheirAmount(others: Int) {
        var dictionary = PythonDictionary((0..<others).map { (.int($0 + 10), .none) })
        dictionary[1] = "first"
        dictionary[.bool(true)] = "second"
        dictionary[.tuple([0, 2])] = "pair"
        dictionary[1.5] = "half"
        #expect(dictionary.count == others + 3)
        #expect(dictionary[1.0] == "second")
        #expect(dictionary[.tuple([.bool(false), 2.0])] == "pair")
        #expect(dictionary[.float(-0.0)] == nil)
    }

    @Test func keysThatAreMadeToCollideDoNot() {
        // Each bit of the number is written in one of two ways that Swift takes for the same.
        let texts = (0..<1 << 13).map { number in
            PythonValue.str((0..<13).map { number >> $0 & 1 == 0 ? "\u{E9}" : "e\u{301}" }.joined())
        }
        let start = ContinuousClock.now
        #expect(PythonDictionary(texts.map { ($0, .none) }).count == texts.count)
        #expect(DictionaryKey.distinct(texts + texts).count == texts.count)
        // Were the hashes of all the same, it would be thirty million comparisons.
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test func membersOfSetsAreThereOnce() throws {
        let items: [PickleStep] = [.code(0x28), .byte(1), .code(0x88), .text("\u{E9}"), .text("e\u{301}"), .byte(1)]
        let expected: [PythonValue] = [1, composed, decomposed]
        // In two parts, and with the same members each time.
        #expect(try read([.code(0x8F)] + items + [.code(0x90)] + items + [.code(0x90)]) == .set(expected))
        #expect(try read(items + [.code(0x91)]) == .frozenset(expected))
        let list: [PickleStep] = [.code(0x5D)] + items + [.code(0x65), .code(0x85), .code(0x52)]
        #expect(try read([.global("builtins", "set")] + list) == .set(expected))
    }

    @Test func aSetThatIsFetchedAgainHasItsMembersOnce() throws {
        let set: [PickleStep] = [.code(0x8F), .put(0), .code(0x28), .byte(1), .byte(1), .code(0x90)]
        #expect(try read(set + [.get(0), .code(0x86)]) == .tuple([.set([1]), .set([1])]))
    }
}
