internal import Platform

/// A count of at least one, as an option of a driver: the positions of a wheel.
public struct Count: Sendable, Hashable {
    public let value: Int

    /// Beyond anything that a device has, and small enough to make an array of.
    private static let most = 1 << 24

    public init?(_ value: Int) {
        guard (1...Self.most).contains(value) else { return nil }
        self.value = value
    }
}

extension Count: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        precondition(
            (1...Self.most).contains(value),
            "expected a number from 1 to \(Self.most), got \(value)"
        )
        self.value = value
    }
}

extension Count: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Int(from: decoder)
        guard let count = Count(value) else {
            let claim = value > 0 ? "at most \(Self.most)" : "a positive number"
            throw decoder.invalid("must be \(claim) (was \(value))")
        }
        self = count
    }
}

/// A non-negative number, as an option of a driver: seconds, a speed.
public struct NonNegative: Sendable, Hashable {
    public let value: Double

    public init?(_ value: Double) {
        guard value.isFinite, value >= 0 else { return nil }
        self.value = value
    }

    /// The number as seconds.
    public var seconds: Duration {
        // A year is as good as forever, and far below the limit of a duration.
        .seconds(min(value, 31_536_000))
    }
}

extension NonNegative: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) {
        precondition(value >= 0, "expected a number from zero up, got \(value)")
        self.value = value
    }

    public init(integerLiteral value: Int) { self.init(floatLiteral: Double(value)) }
}

extension NonNegative: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Double(from: decoder)
        guard let number = NonNegative(value) else {
            throw decoder.invalid("must be a number from zero up (was \(value))")
        }
        self = number
    }
}

/// The number of data that may wait for one client, as the option `buffer_length` of a driver.
public struct BufferLength: Sendable, Hashable {
    /// Nil for the server's default, which is zero in a configuration.
    public let value: Int?

    public init(_ count: Count?) { value = count?.value }
}

extension BufferLength: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Int(from: decoder)
        guard value >= 0 else { throw decoder.invalid("must be a number from zero up (was \(value))") }
        self.init(Count(value))
    }
}

/// Options under names of the user's choice, in the order of the file: the axes of a stage.
public struct NamedOptions<Value: Decodable & Sendable>: Decodable, Sendable {
    public let pairs: [(name: String, value: Value)]

    public init(_ pairs: [(name: String, value: Value)]) { self.pairs = pairs }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: Name.self)
        pairs = try options.allKeys.map { ($0.stringValue, try options.decode(Value.self, forKey: $0)) }
    }

    /// Any name, also one of digits, which is not an index.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init(intValue: Int) { stringValue = "\(intValue)" }
    }
}

extension NamedOptions: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral pairs: (String, Value)...) { self.init(pairs.map { ($0, $1) }) }
}

/// The options of a driver without options.
public struct NoOptions: Decodable, Sendable {
    public init() {}
    public init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: NoKey.self) }

    private enum NoKey: CodingKey {}
}

/// An option that a program can make with invalid values, which decoding refuses.
public protocol CheckedOption {
    /// The error, to follow the option's name in a message: `must be a lower and an upper limit (was [3, 2])`; nil if
    /// the value is valid.
    var flaw: String? { get }
}

extension Decoder {
    /// The error for an invalid value of the option that is being decoded.
    ///
    /// - Parameter claim: the error, to follow the option's name in the message: `must be a positive number (was 0)`.
    public func invalid(_ claim: String) -> DecodingError {
        // An item of a list is reported under the name of the list.
        let name = codingPath.last { $0.intValue == nil }?.stringValue ?? "the value"
        return .dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(name) \(claim)"))
    }
}

/// A file as an option of a driver: In a configuration file, a relative path counts from the folder of that file.
public struct FilePath: Sendable, Hashable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// A path of a configuration file.
    ///
    /// - Parameter mayBeNew: whether only its folder must exist.
    public init(_ text: String, mayBeNew: Bool, in decoder: any Decoder) throws {
        guard !text.isEmpty, !text.contains("\0") else { throw decoder.invalid("must be a path") }
        guard text.first != "~" else {
            throw decoder.invalid(
                "'~' is not expanded here: write the whole path, such as /home/NAME/… (was '\(text)')"
            )
        }
        let folder = decoder.userInfo[.configurationFolder] as? String ?? ""
        path = text.first == "/" || folder.isEmpty ? text : "\(folder)/\(text)"
        (decoder.userInfo[.optionFiles] as? OptionFiles)?.append(OptionFile(path: path, mayBeNew: mayBeNew))
    }
}

extension FilePath: Decodable {
    /// A file that may be new.
    public init(from decoder: any Decoder) throws {
        try self.init(try String(from: decoder), mayBeNew: true, in: decoder)
    }
}

extension FilePath: ExpressibleByStringInterpolation {
    public init(stringLiteral path: String) { self.init(path) }
}

/// A file that a driver's options name.
public struct OptionFile: Sendable, Hashable {
    public let path: String
    /// Whether only its folder must exist.
    public let mayBeNew: Bool

    public init(path: String, mayBeNew: Bool) { (self.path, self.mayBeNew) = (path, mayBeNew) }
}

/// The files that a driver's options name, noted while these are decoded.
///
/// A decoder carries it under ``CodingUserInfoKey/optionFiles``.
public final class OptionFiles: Sendable {
    private let files = Lock<[OptionFile]>([])

    public init() {}

    public var all: [OptionFile] { files.withLock { $0 } }

    func append(_ file: OptionFile) { files.withLock { $0.append(file) } }
}

extension CodingUserInfoKey {
    /// The key of the ``OptionFiles`` in a decoder.
    // The names are not empty, so the keys are made.
    public static let optionFiles = CodingUserInfoKey(rawValue: "optionFiles")!
    /// The key of the folder from which relative paths count.
    public static let configurationFolder = CodingUserInfoKey(rawValue: "configurationFolder")!
}
