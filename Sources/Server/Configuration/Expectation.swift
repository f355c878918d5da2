internal import Pickle
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

extension Expectation<Int> {
    /// A number of bytes, as an integer or with a unit: `10 MiB`.
    static func byteCount(in range: ClosedRange<Int>) -> Self {
        let description = "bytes from \(range.lowerBound) to \(range.upperBound), also written such as 64 MiB"
        return Expectation(description) { scalar in
            let count: Int? = if case .int(let number) = scalar.meaning { number } else { bytes(scalar.text) }
            return count.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    private static let units = ["KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]

    private static func bytes(_ text: String) -> Int? {
        let number = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        guard let number = Int(number), let size = units[String(unit)] else { return nil }
        let (count, isTooBig) = number.multipliedReportingOverflow(by: size)
        return isTooBig ? nil : count
    }
}

extension Expectation<Duration> {
    static func seconds(in range: ClosedRange<Double>) -> Self {
        let seconds = Expectation<Double>.number(in: range)
        return Expectation("\(seconds.description), in seconds") { seconds.read($0).map { .seconds($0) } }
    }
}

extension Expectation<String> {
    /// The id of an object, as it stands in `PYRO:RedCamera@host:8001`.
    static var objectName: Self {
        text("a name without spaces and '@', and not Pyro.Daemon") { name in
            // Pyro keeps one for the object that every server has.
            !name.isEmpty && name != "Pyro.Daemon" && name.allSatisfy { $0.isVisible && $0 != "@" }
        }
    }

    /// The name or address of this machine that clients reach it by.
    static var host: Self {
        text("the name or address of a host") { host in
            !host.isEmpty && host.allSatisfy { $0.isVisible && !"@/[]".contains($0) }
        }
    }

    /// The path of a Unix socket, for which the kernel has 108 bytes with one to end it.
    static var socketPath: Self {
        text("an absolute path of at most 107 bytes") { $0.first == "/" && $0.utf8.count <= 107 && !$0.contains("\0") }
    }
}

extension Expectation where Value == PyroURI.Location {
    /// Where a name server is: `scope-pc`, `scope-pc:9090`.
    static var nameServer: Self {
        Expectation("the host of a name server, with or without a port") { scalar in
            guard let location = PyroURI("PYRONAME:any@\(scalar.text)")?.location else { return nil }
            if case .tcp(let host, let port) = location {
                guard (1...65535).contains(port), host.allSatisfy({ $0.isVisible && !"@/".contains($0) }) else {
                    return nil
                }
            }
            return location
        }
    }
}

extension Character {
    fileprivate var isVisible: Bool {
        !isWhitespace && unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
