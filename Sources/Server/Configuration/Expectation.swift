internal import Devices
internal import Pickle
internal import Pyro

/// The values that a key accepts: a description for errors, how to read a scalar of a file, and the limits that hold for
/// a program's values as well.
struct Expectation<Value> {
    /// Completes "expected …".
    let description: String
    /// The value, or nil if the scalar means something else.
    private let read: (Scalar) -> Value?
    private let isFit: (Value) -> Bool
    /// What to do about a frequent mistake.
    private var advice: (String) -> String? = { _ in nil }

    init(
        _ description: String,
        isFit: @escaping (Value) -> Bool = { _ in true },
        read: @escaping (Scalar) -> Value?
    ) {
        (self.description, self.isFit, self.read) = (description, isFit, read)
    }

    func value(of node: ConfigurationNode) throws(ConfigurationError) -> Value {
        let value: Value? =
            switch node.content {
            case .scalar(let scalar): read(scalar)
            case .given(let value): value as? Value
            case .list, .mapping, .placeholder: nil
            }
        guard let value, isFit(value) else {
            let advice = (node.scalar?.text ?? node.given()).flatMap(advice).map { "; \($0)" }
            throw node.error("expected \(description), got \(node.summary)\(advice ?? "")")
        }
        return value
    }

    /// Throws if a program's value is not accepted.
    func check(_ value: Value, at node: ConfigurationNode) throws(ConfigurationError) {
        guard isFit(value) else {
            throw node.error("expected \(description), got \(ConfigurationNode.summary(of: value))")
        }
    }

    func advising(_ advice: @escaping (String) -> String?) -> Self {
        var expectation = self
        expectation.advice = advice
        return expectation
    }

    /// The same for an option that may be nil, as a file writes it by the given values.
    func optional(isNil: @escaping (Value) -> Bool = { _ in false }) -> Expectation<Value?> {
        Expectation<Value?>(
            description,
            isFit: { [isFit] value in value.map(isFit) ?? true },
            read: { [read, isFit] scalar in
                guard let value = read(scalar), isFit(value) else { return nil }
                return .some(isNil(value) ? nil : value)
            }
        )
        .advising(advice)
    }
}

extension Expectation<Bool> {
    static var bool: Self {
        Expectation("true or false") { if case .bool(let value) = $0.meaning { value } else { nil } }
    }
}

extension Expectation<String> {
    /// Any text.
    ///
    /// A number counts as it is spelt, because serial numbers are often digits only.
    static var text: Self { text("text") { _ in true } }

    static func text(_ description: String, where isFit: @escaping (String) -> Bool) -> Self {
        Expectation(description, isFit: isFit) { scalar in
            switch scalar.meaning {
            case .text, .int, .float, .unusable: scalar.text
            case .null, .bool: nil
            }
        }
    }

    static var nonEmptyText: Self { text("text that is not empty") { !$0.isEmpty } }
}

extension Expectation where Value: FixedWidthInteger {
    static func integer(in range: ClosedRange<Value>) -> Self {
        Expectation("an integer\(words(for: range))", isFit: range.contains) { scalar in
            guard case .int(let number) = scalar.meaning else { return nil }
            return Value(exactly: number)
        }
    }

    /// The range in words, without bounds that are only those of 64 bits.
    private static func words(for range: ClosedRange<Value>) -> String {
        if range.upperBound < Int.max { return " from \(range.lowerBound) to \(range.upperBound)" }
        return range.lowerBound > Int.min ? " of at least \(range.lowerBound)" : ""
    }
}

extension Expectation where Value: BinaryFloatingPoint {
    static func number(in range: ClosedRange<Value>? = nil) -> Self {
        Expectation(
            "a number\(range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")",
            isFit: { $0.isFinite && range?.contains($0) ?? true }
        ) { scalar in
            switch scalar.meaning {
            case .int(let number): Value(number)
            case .float(let number): Value(number)
            default: nil
            }
        }
    }
}

extension Expectation where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words of an enum.
    static var word: Self {
        Expectation("one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { Value(rawValue: $0.text) }
    }
}

extension Expectation<FaultOrder> {
    static var fault: Self { Expectation(FaultOrder.rule) { FaultOrder($0.text) } }
}

extension Expectation<SerializerID> {
    static var serializer: Self {
        Expectation("one of \(Value.allCases.map(\.name).joined(separator: ", "))") { Value(name: $0.text) }
    }
}

extension Expectation<Int> {
    /// A number of bytes, as an integer or with a unit: `10 MiB`.
    static func byteCount(in range: ClosedRange<Int>) -> Self {
        let description = "bytes from \(range.lowerBound) to \(range.upperBound), also written such as 64 MiB"
        return Expectation(description, isFit: range.contains) { scalar in
            if case .int(let number) = scalar.meaning { number } else { bytes(scalar.text) }
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
        let description = "a number from \(range.lowerBound) to \(range.upperBound), in seconds"
        return Expectation(description, isFit: { range.contains($0 / .seconds(1)) }) { scalar in
            scalar.seconds.flatMap { range.contains($0) ? .seconds($0) : nil }
        }
    }
}

extension Expectation<String> {
    /// The id of an object, as in `PYRO:RedCamera@host:8001`.
    static var objectName: Self {
        text("a name without spaces and '@', and not Pyro.Daemon") { name in
            // Pyro reserves that one for the object that every server has.
            !name.isEmpty && name != "Pyro.Daemon" && name.allSatisfy { $0.isVisible && $0 != "@" }
        }
    }

    /// The name or address of this machine that clients connect to.
    static var host: Self {
        text("the name or address of a host") { host in
            !host.isEmpty && host.allSatisfy { $0.isVisible && !"@/[]*".contains($0) }
        }
        .advising { $0.contains("*") ? "0.0.0.0 means all addresses of this computer" : nil }
    }

    /// The path of a Unix socket, for which the kernel has 108 bytes including the terminator.
    static var socketPath: Self {
        text("an absolute path of at most 107 bytes") { $0.first == "/" && $0.utf8.count <= 107 && !$0.contains("\0") }
            .advising { $0.first == "~" ? "'~' is not expanded here: write the whole path" : nil }
    }

    static var path: Self {
        text("a path") { !$0.isEmpty && !$0.contains("\0") && $0.first != "~" }
            .advising { $0.first == "~" ? "'~' is not expanded here: write the whole path, such as /home/NAME/…" : nil }
    }
}

extension Expectation<PyroURI.Location> {
    /// The place of a name server: `scope-pc`, `scope-pc:9090`.
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
