internal import Pyro

/// What a value has to be: in words for errors, and as the way to read it.
struct Expectation<Value> {
    /// Completes "expected …".
    let description: String
    /// The value, or nil if the scalar means something else.
    let read: (Scalar) -> Value?

    init(_ description: String, read: @escaping (Scalar) -> Value?) {
        self.description = description
        self.read = read
    }

    func value(of node: ConfigurationNode) throws(ConfigurationError) -> Value {
        guard let value = node.scalar.flatMap(read) else {
            throw node.error("expected \(description), got \(node.summary)")
        }
        return value
    }
}

extension Expectation<Bool> {
    static var bool: Self {
        Expectation("true or false") { if case .bool(let value) = $0.meaning { value } else { nil } }
    }
}

extension Expectation<String> {
    /// Text, as which a number counts as it is written: serial numbers are often nothing but digits.
    static var text: Self { text("text") { _ in true } }

    static func text(_ description: String, where isFit: @escaping (String) -> Bool) -> Self {
        Expectation(description) { scalar in
            switch scalar.meaning {
            case .text, .int, .float, .unusable: isFit(scalar.text) ? scalar.text : nil
            case .null, .bool: nil
            }
        }
    }
}

extension Expectation where Value: FixedWidthInteger {
    static func integer(in range: ClosedRange<Value>) -> Self {
        Expectation("an integer\(words(for: range))") { scalar in
            guard case .int(let number) = scalar.meaning, let value = Value(exactly: number) else { return nil }
            return range.contains(value) ? value : nil
        }
    }

    /// Nothing, where a bound is only that of 64 bits.
    private static func words(for range: ClosedRange<Value>) -> String {
        if range.upperBound < Int.max { return " from \(range.lowerBound) to \(range.upperBound)" }
        return range.lowerBound > Int.min ? " of at least \(range.lowerBound)" : ""
    }
}

extension Expectation where Value: BinaryFloatingPoint {
    static func number(in range: ClosedRange<Value>? = nil) -> Self {
        Expectation("a number\(range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")") { scalar in
            let value: Value? =
                switch scalar.meaning {
                case .int(let number): Value(number)
                case .float(let number): Value(number)
                default: nil
                }
            return value.flatMap { $0.isFinite && range?.contains($0) ?? true ? $0 : nil }
        }
    }
}

extension Expectation where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words that an enum has.
    static var word: Self {
        Expectation("one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { Value(rawValue: $0.text) }
    }
}

extension Expectation where Value == SerializerID {
    static var serializer: Self {
        Expectation("one of \(Value.allCases.map(\.name).joined(separator: ", "))") { Value(name: $0.text) }
    }
}
