public import Pickle

/// A type whose values cross to Python and back.
public protocol PythonConvertible: RemoteResult {
    /// The value in Swift, or nil if Python sent something else.
    init?(python value: PythonValue)
    var python: PythonValue { get }
    /// What an error message says was expected: `float`, `microscope.ROI`.
    static var pythonName: String { get }
    /// The value in Swift, or the error that Python would raise for another one.
    ///
    /// - Parameter label: what the value is for, in the error's text.
    static func decode(_ value: PythonValue, as label: String) throws -> Self
}

extension PythonConvertible {
    public static func decode(_ value: PythonValue, as label: String) throws -> Self {
        try converted(value, label)
    }

    static func converted(_ value: PythonValue, _ label: String) throws -> Self {
        guard let decoded = Self(python: value) else {
            throw RemoteError.type("\(label): expected \(pythonName), got \(value.shownWithType)")
        }
        return decoded
    }
}

extension PythonValue: PythonConvertible {
    public init?(python value: PythonValue) { self = value }
    public var python: PythonValue { self }
    public static var pythonName: String { "a value" }
}

extension Bool: PythonConvertible {
    /// Numbers count as in Python: all but zero are true.
    public init?(python value: PythonValue) {
        switch value {
        case .bool(let bool): self = bool
        case .none: self = false
        default:
            guard let number = Double(python: value) else { return nil }
            self = number != 0
        }
    }
    public var python: PythonValue { .bool(self) }
    public static var pythonName: String { "bool" }
}

extension Int: PythonConvertible {
    public init?(python value: PythonValue) {
        switch value {
        case .int(let int): self = int
        case .bool(let bool): self = bool ? 1 : 0
        case .enumMember(_, let rawValue): self = rawValue
        case .float(let double):
            guard let exact = Int(exactly: double) else { return nil }
            self = exact
        case .scalar(let array):
            guard let element = array.element(at: 0), let int = Int(exactly: element) else { return nil }
            self = int
        default: return nil
        }
    }
    public var python: PythonValue { .int(self) }
    public static var pythonName: String { "int" }
}

extension Double: PythonConvertible {
    public init?(python value: PythonValue) {
        switch value {
        case .float(let double): self = double
        case .int(let int): self = Double(int)
        case .bool(let bool): self = bool ? 1 : 0
        case .scalar(let array):
            guard let element = array.element(at: 0) else { return nil }
            self = element
        default: return nil
        }
    }
    public var python: PythonValue { .float(self) }
    public static var pythonName: String { "float" }
}

extension String: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .str(let string) = value else { return nil }
        self = string
    }
    public var python: PythonValue { .str(self) }
    public static var pythonName: String { "str" }
}

extension Optional: RemoteResult where Wrapped: PythonConvertible {}

/// `None`, or a value.
extension Optional: PythonConvertible where Wrapped: PythonConvertible {
    public init?(python value: PythonValue) {
        if case .none = value {
            self = nil
        } else {
            guard let wrapped = Wrapped(python: value) else { return nil }
            self = wrapped
        }
    }
    public var python: PythonValue { self?.python ?? .none }
    public static var pythonName: String { "\(Wrapped.pythonName) or None" }
}

extension Array: RemoteResult where Element: PythonConvertible {}

/// A list on the way out; a list, a tuple or an array of one dimension on the way in.
extension Array: PythonConvertible where Element: PythonConvertible {
    public init?(python value: PythonValue) {
        guard let items = value.items else { return nil }
        let elements = items.compactMap(Element.init(python:))
        guard elements.count == items.count else { return nil }
        self = elements
    }
    public var python: PythonValue { .list(map(\.python)) }
    public static var pythonName: String { "a list of \(Element.pythonName)" }
}

extension NDArray: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .array(let array) = value else { return nil }
        self = array
    }
    public var python: PythonValue { .array(self) }
    public static var pythonName: String { "numpy.ndarray" }
}

extension PythonDictionary: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .dict(let dictionary) = value else { return nil }
        self = dictionary
    }
    public var python: PythonValue { .dict(self) }
    public static var pythonName: String { "dict" }
}

/// A mapping from names to values in the order in which Python sent or shall see them: a stage's positions.
public struct NamedValues<Value: PythonConvertible>: PythonConvertible {
    public var pairs: [(name: String, value: Value)]

    public init(_ pairs: [(name: String, value: Value)]) { self.pairs = pairs }

    public init?(python value: PythonValue) {
        guard case .dict(let dictionary) = value else { return nil }
        pairs = dictionary.pairs.compactMap { key, value in
            guard let name = String(python: key), let value = Value(python: value) else { return nil }
            return (name, value)
        }
        guard pairs.count == dictionary.count else { return nil }
    }

    public var python: PythonValue { .dict(PythonDictionary(pairs.map { (.str($0.name), $0.value.python) })) }
    public static var pythonName: String { "a dict of str to \(Value.pythonName)" }
}

extension NamedValues: Sendable where Value: Sendable {}

/// An `enum.Enum` of the `microscope` package, whose members travel by class and value.
public protocol PythonEnumeration: PythonConvertible, RawRepresentable where RawValue == Int {
    static var pythonClass: PythonClass { get }
}

extension PythonEnumeration {
    /// From a member, or from its value.
    public init?(python value: PythonValue) {
        switch value {
        case .enumMember(Self.pythonClass, let rawValue), .int(let rawValue): self.init(rawValue: rawValue)
        default: return nil
        }
    }
    public var python: PythonValue { .enumMember(Self.pythonClass, rawValue) }
    public static var pythonName: String { "\(pythonClass)" }
}

/// A `NamedTuple` of the `microscope` package; clients may send any sequence of as many items in its place.
public protocol PythonNamedTuple: PythonConvertible {
    associatedtype Item: PythonConvertible
    static var pythonClass: PythonClass { get }
    static var itemCount: Int { get }
    var items: [Item] { get }
    /// Called with ``itemCount`` items.
    init(items: [Item])
}

extension PythonNamedTuple {
    public init?(python value: PythonValue) {
        guard let values = value.items, values.count == Self.itemCount else { return nil }
        let items = values.compactMap(Item.init(python:))
        guard items.count == Self.itemCount else { return nil }
        self.init(items: items)
    }
    /// A sequence of another length has the right type, and the wrong value.
    public static func decode(_ value: PythonValue, as label: String) throws -> Self {
        if let count = value.items?.count, count != itemCount {
            throw RemoteError.value("\(label): expected \(itemCount) values for \(pythonName), got \(count)")
        }
        return try converted(value, label)
    }
    public var python: PythonValue { .namedTuple(Self.pythonClass, items.map(\.python)) }
    public static var pythonName: String { "\(pythonClass)" }
}

extension PythonValue {
    /// The items of anything that Python would take for a sequence; nil for what is none.
    public var items: [PythonValue]? {
        switch self {
        case .list(let items), .tuple(let items), .namedTuple(_, let items): items
        case .array(let array) where array.shape.count == 1: array.doubles.map(PythonValue.float)
        default: nil
        }
    }
}

extension NDArray {
    /// The elements in the order in which they stand in memory, as numbers; of complex ones the real parts.
    public var doubles: [Double] { (0..<count).compactMap(element) }

    /// The element that stands at a place in memory, nil where there is none.
    public func element(at index: Int) -> Double? {
        guard (0..<count).contains(index) else { return nil }
        return unsafe data.withUnsafeBytes { bytes in
            let offset = index * dtype.size
            func load<T>(_: T.Type) -> T { unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self) }
            return switch (dtype.kind, dtype.size) {
            case (.bool, _): load(UInt8.self) == 0 ? 0 : 1
            case (.unsigned, 1): Double(load(UInt8.self))
            case (.unsigned, 2): Double(load(UInt16.self))
            case (.unsigned, 4): Double(load(UInt32.self))
            case (.unsigned, _): Double(load(UInt64.self))
            case (.signed, 1): Double(load(Int8.self))
            case (.signed, 2): Double(load(Int16.self))
            case (.signed, 4): Double(load(Int32.self))
            case (.signed, _): Double(load(Int64.self))
            case (.float, 2): Double(load(Float16.self))
            case (.float, 4), (.complex, 8): Double(load(Float.self))
            case (.float, _), (.complex, _): load(Double.self)
            }
        }
    }

    /// An array of `float64` with these elements, the last axis running fastest.
    public init?(_ elements: [Double], shape: [Int]) {
        let bytes = elements.flatMap { unsafe withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        self.init(.float64, shape: shape, data: Bytes(bytes))
    }
}
