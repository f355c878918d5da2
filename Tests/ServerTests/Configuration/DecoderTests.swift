import Devices
import Testing

@testable import Server

/// The corners of `Decoder` that synthesised code does not visit.
@Suite struct DecoderTests {
    @Test func containersCanBeNested() throws {
        let (value, errors) = read("{ a: { b: [[1, 2], { c: 3 }] } }", as: Nested.self)
        #expect(errors.isEmpty)
        #expect(value?.numbers == [1, 2, 3])
    }

    @Test func nestedContainersReportWhatIsNotThere() {
        let (_, errors) = read("{ a: { b: [[1], { d: 3 }], x: 1 }, y: 2 }", as: Nested.self)
        #expect(
            errors == [
                "f:1:12: a.b[0]: expected at least 2 values, got 1", "f:1:17: a.b[1]: missing key 'c'",
                "f:1:19: a.b[1]: unknown key 'd', did you mean 'c'?",
                "f:1:28: a: unknown key 'x', did you mean 'b'?", "f:1:36: unknown key 'y', did you mean 'a'?",
            ]
        )
    }

    @Test func superclassesReadTheirPart() throws {
        let (value, errors) = read("{ own: 1, super: { inherited: 2 } }", as: Derived.self)
        #expect(errors.isEmpty && value?.own == 1 && value?.inherited == 2)
        let (_, wrong) = read("{ own: 1, super: { inherited: x, more: 1 } }", as: Derived.self)
        #expect(
            wrong == [
                "f:1:31: super.inherited: expected an integer, got 'x'",
                "f:1:34: super: unknown key 'more', known are inherited",
            ]
        )
    }

    @Test func nothingInAListIsNil() {
        let (value, errors) = read("[1, null, 3, ~]", as: [Int?].self)
        #expect(errors.isEmpty && value == [1, nil, 3, nil])
    }

    @Test func dictionariesHaveAnyKeys() {
        let (value, errors) = read("{ 1: a, 2: b }", as: [Int: String].self)
        #expect(errors.isEmpty && value == [1: "a", 2: "b"])
    }

    @Test func setsAndUnsignedNumbersAreRead() {
        let (value, errors) = read("[1, 2, 0xFF, 1]", as: Set<UInt8>.self)
        #expect(errors.isEmpty && value == [1, 2, 255])
        #expect(
            read("[1, 256]", as: Set<UInt8>.self).errors == ["f:1:5: [1]: expected an integer from 0 to 255, got 256"]
        )
        #expect(read("-1", as: UInt.self).errors == ["f:1:1: expected an integer of at least 0, got -1"])
        #expect(read("1e39", as: Float.self).errors == ["f:1:1: expected a number, got 1e39"])
    }

    @Test func errorsOfOtherKindsAreReportedWhereTheyWereThrown() {
        #expect(read("{ x: 1 }", as: Refusing.self).errors == ["f:1:1: not today"])
        #expect(read("[{ x: 1 }]", as: [Refusing].self).errors == ["f:1:2: [0]: not today"])
    }

    @Test func codingPathsLeadFromTheRoot() {
        let (value, _) = read("{ a: { b: [[1, 2], { c: 3 }] } }", as: [String: [String: [Path]]].self)
        #expect(value?["a"]?["b"]?.map(\.text) == ["a.b.0", "a.b.1"])
    }

    private func read<Value: Decodable>(_ text: String, as type: Value.Type) -> (value: Value?, errors: [String]) {
        let reader = ConfigurationReader(file: "f", drivers: DriverCatalog([]))
        guard let node = try? YAMLComposer.root(of: text, file: "f", report: reader.report) else {
            return (nil, ["not YAML"])
        }
        let value = reader.attempt(at: node) { try OptionDecoder(node, reader: reader).decode(type) }
        return (value, ConfigurationErrors(reader.errors).errors.map(\.description))
    }
}

private struct Nested: Decodable {
    enum Keys: CodingKey { case a, b, c }
    var numbers: [Int] = []

    init(from decoder: any Decoder) throws {
        let a = try decoder.container(keyedBy: Keys.self).nestedContainer(keyedBy: Keys.self, forKey: .a)
        var b = try a.nestedUnkeyedContainer(forKey: .b)
        var pair = try b.nestedUnkeyedContainer()
        numbers = [try pair.decode(Int.self), try pair.decode(Int.self)]
        numbers.append(try b.nestedContainer(keyedBy: Keys.self).decode(Int.self, forKey: .c))
    }
}

private class Inherited: Decodable {
    var inherited: Int
}

private final class Derived: Inherited {
    enum Keys: CodingKey { case own }
    var own: Int

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        own = try container.decode(Int.self, forKey: .own)
        try super.init(from: container.superDecoder())
    }
}

private struct Refusing: Decodable, CustomStringConvertible, Error {
    var description: String { "not today" }
    init() {}
    init(from decoder: any Decoder) throws { throw Refusing() }
}

private struct Path: Decodable {
    var text: String
    init(from decoder: any Decoder) throws { text = decoder.codingPath.map(\.stringValue).joined(separator: ".") }
}
