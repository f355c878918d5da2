import Pickle
import Testing

/// Pickles that exceed a limit.
///
/// Each is refused for the right reason.
struct PickleLimitsTests {
    private func tooLarge(_ steps: [PickleStep], _ limits: PickleLimits = .standard) -> String? {
        do {
            _ = try PickleReader.read(PickleStep.pickle(steps), limits: limits)
            return nil
        } catch PickleError.tooLarge(let reason) {
            return reason
        } catch {
            return "refused for another reason: \(error)"
        }
    }

    private func nestedLists(_ depth: Int) -> [PickleStep] {
        [.proto(2)] + Array(repeating: .code(0x5D), count: depth) + Array(repeating: .code(0x61), count: depth - 1)
            + [.stop]
    }

    @Test func listsMayBeNested64Deep() throws {
        #expect(tooLarge(nestedLists(64)) == nil)
        #expect(tooLarge(nestedLists(65)) == "nested more than 64 deep")
    }

    @Test(arguments: [("builtins", "ValueError", 0x52), ("microscope", "DeviceError", 0x52)])
    func exceptionsWithinExceptionsCountAsNested(_ module: String, _ name: String, _ call: UInt8) throws {
        var steps: [PickleStep] = [.proto(2)] + Array(repeating: .global(module, name), count: 100) + [.code(0x4E)]
        for _ in 0..<100 { steps += [.code(0x85), .code(call)] }
        #expect(tooLarge(steps + [.stop]) == "nested more than 64 deep")
    }

    @Test func statesWithinStatesCountAsNested() {
        var steps: [PickleStep] = [.proto(2)]
        for _ in 0..<100 {
            steps += [.global("builtins", "ValueError"), .code(0x29), .code(0x52), .code(0x7D), .text("a")]
        }
        steps.append(.code(0x4E))
        for _ in 0..<100 { steps += [.code(0x73), .code(0x62)] }
        #expect(tooLarge(steps + [.stop]) == "nested more than 64 deep")
    }

    @Test func valuesAreCountedEachTimeTheyOccur() {
        var steps: [PickleStep] = [.proto(2), .byte(1), .put(0)]
        for _ in 0..<10 { steps += [.get(0), .code(0x86), .put(0)] }
        let weight = 3 * 1024
        #expect(tooLarge(steps + [.stop], PickleLimits(weight: weight)) == nil)
        #expect(
            tooLarge(steps + [.get(0), .code(0x86), .stop], PickleLimits(weight: weight))
                == "more than \(weight) values"
        )
    }

    @Test func valuesThatLieAboutOnTheStackAreCountedAsWell() {
        let heavy: [PickleStep] =
            [.proto(2), .code(0x28)] + Array(repeating: .code(0x4E), count: 500) + [.code(0x74), .put(0)]
        let steps = heavy + Array(repeating: .get(0), count: 10) + [.stop]
        #expect(tooLarge(steps, PickleLimits(weight: 4000)) == "more than 4000 values")
    }

    @Test func whatIsSetAsideIsCounted() {
        let steps: [PickleStep] = [.proto(4), .code(0x4E)] + Array(repeating: .code(0x94), count: 101) + [.stop]
        #expect(tooLarge(steps, PickleLimits(weight: 100)) == "more than 100 values in the memo")
    }

    @Test func longKeysAreNotHashedAgainAndAgain() {
        let key: [PickleStep] = [
            .proto(2), .code(0x5D), .text(String(repeating: "k", count: 1 << 20)), .put(0), .code(0x61),
        ]
        let use: [PickleStep] = [.code(0x7D), .get(0), .code(0x4E), .code(0x73), .code(0x61)]
        #expect(tooLarge(key + Array(repeating: use, count: 20).joined() + [.stop], PickleLimits(weight: 100)) == nil)
        #expect(
            tooLarge(key + Array(repeating: use, count: 100).joined() + [.stop], PickleLimits(weight: 1000))
                == "the same keys hashed again and again"
        )
    }

    @Test(arguments: [">u2", "<u2"])
    func arraysAreNotTurnedRoundAgainAndAgain(_ code: String) {
        var steps: [PickleStep] = [
            .proto(5), .bytes(Array(repeating: 0, count: 1 << 20)), .put(0), .global("numpy", "dtype"), .text(code),
            .code(0x85), .code(0x52), .put(1), .code(0x28),
        ]
        for _ in 0..<10 {
            steps += [
                .global("numpy._core.numeric", "_frombuffer"), .code(0x28), .get(0), .get(1), .code(0x4A), .code(0),
                .code(0), .code(8), .code(0), .code(0x85), .text("C"), .code(0x74), .code(0x52),
            ]
        }
        steps += [.code(0x74), .code(0x87), .stop]
        // Little-endian arrays are not copied, so ten of them cost nothing.
        #expect(tooLarge(steps) == (code == ">u2" ? "the same bytes copied again and again" : nil))
    }

    /// A UUID whose state holds another value, which does not remain in it: it counts as a single value.
    private func discarding(_ value: [PickleStep]) -> [PickleStep] {
        [
            .global("uuid", "UUID"), .code(0x29), .code(0x81), .code(0x7D), .code(0x28), .text("int"), .byte(5),
            .text("x"),
        ]
            + value + [.code(0x75), .code(0x62), .code(0x61)]
    }

    /// Uses a value of a thousand parts again and again, and lets nothing of it remain.
    private func repeated(_ make: [PickleStep], _ use: [PickleStep], times: Int) -> String? {
        let start: [PickleStep] = [.proto(2), .code(0x5D)] + make + [.put(0), .code(0x61)]
        let uses = Array(repeating: discarding(use), count: times).joined()
        return tooLarge(start + uses + [.stop], PickleLimits(weight: 20_000))
    }

    private func thousand(_ step: (Int) -> [PickleStep]) -> [PickleStep] { (0..<1000).flatMap(step) }

    @Test func attributesAreNotGoneThroughAgainAndAgain() {
        let names = thousand { [.text("\($0)"), .code(0x4E)] }
        let attributes: [PickleStep] = [.code(0x7D), .code(0x28), .text("args"), .code(0x29)] + names + [.code(0x75)]
        let use: [PickleStep] = [.global("builtins", "ValueError"), .code(0x29), .code(0x52), .get(0), .code(0x62)]
        #expect(repeated(attributes, use, times: 20) == nil)
        #expect(repeated(attributes, use, times: 200) == "the same collections used again and again")
    }

    @Test func namesOfProxiesAreNotGoneThroughAgainAndAgain() {
        let uri: [PickleStep] = [
            .global("Pyro4.core", "URI"), .code(0x29), .code(0x81), .code(0x28), .text("PYRO"), .text("x"), .code(0x4E),
            .text("h"), .byte(1), .code(0x74), .code(0x62), .put(1), .code(0x61),
        ]
        let set: [PickleStep] =
            [.global("builtins", "set"), .code(0x5D)] + [.code(0x28)]
            + thousand { [.text("\($0)")] } + [.code(0x65), .code(0x85), .code(0x52)]
        let use: [PickleStep] = [
            .global("Pyro4.core", "Proxy"), .code(0x29), .code(0x81), .code(0x28), .get(1), .get(0), .get(0), .get(0),
            .byte(0), .code(0x4E), .code(0x4E), .code(0x74), .code(0x62),
        ]
        #expect(repeated(uri + set, use, times: 5) == nil)
        #expect(repeated(uri + set, use, times: 100) == "the same collections used again and again")
    }

    @Test func tuplesOfTypesAreNotGoneThroughAgainAndAgain() {
        let types: [PickleStep] = [
            .global("numpy", "dtype"), .text(">u2"), .code(0x85), .code(0x52), .put(1), .code(0x61),
        ]
        let tuple: [PickleStep] = [.code(0x28)] + thousand { _ in [.get(1)] } + [.code(0x74)]
        #expect(repeated(types + tuple, [.get(0)], times: 10) == nil)
        #expect(repeated(types + tuple, [.get(0)], times: 200) == "the same collections used again and again")
    }

    @Test func typesHaveNoArgumentsButFlags() {
        let steps: [PickleStep] = [
            .proto(2), .global("numpy", "dtype"), .text("u2"), .code(0x5D), .byte(1), .code(0x87), .code(0x52), .stop,
        ]
        #expect(throws: PickleError.self) { try PickleReader.read(PickleStep.pickle(steps)) }
    }

    @Test func integersMayTake1024Bytes() {
        let digits = Array(repeating: PickleStep.code(1), count: 1024)
        #expect(tooLarge([.proto(2), .code(0x8B), .code(0), .code(4), .code(0), .code(0)] + digits + [.stop]) == nil)
        #expect(
            tooLarge([.proto(2), .code(0x8B), .code(1), .code(4), .code(0), .code(0)] + digits + [.code(1), .stop])
                == "integer of more than 1024 bytes"
        )
        let line = Array("L".utf8) + Array(repeating: UInt8(ascii: "9"), count: 2900) + Array("L\n.".utf8)
        #expect(tooLarge(line.map { .code($0) }) == "integer of more than 1024 bytes")
    }

    @Test func numbersOfThingsSetAsideAllocateNothing() throws {
        let steps: [PickleStep] = [.proto(2), .code(0x4E)] + [0x72, 0xFF, 0xFF, 0xFF, 0xFF].map { .code($0) }
        #expect(try PickleReader.read(PickleStep.pickle(steps + [.stop])) == .none)
        let fetched = steps + [0x6A, 0xFF, 0xFF, 0xFF, 0xFF, 0x86].map { .code($0) } + [.stop]
        #expect(try PickleReader.read(PickleStep.pickle(fetched)) == .tuple([.none, .none]))
    }

    @Test func nanIsNoKeySinceADictionaryOfManyWouldTakeForEver() {
        let nan: [UInt8] = [0x47, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0]
        #expect(throws: PickleError.self) { try PickleReader.read(([0x80, 2, 0x7D] + nan + [0x4E, 0x73, 0x2E])[...]) }
        #expect(throws: PickleError.self) {
            try PickleReader.read(([0x80, 2, 0x7D] + nan + [0x85, 0x4E, 0x73, 0x2E])[...])
        }
    }
}
