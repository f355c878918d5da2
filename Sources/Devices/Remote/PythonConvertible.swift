public import Pickle

/// A type whose values can be converted to Python and back.
public protocol PythonConvertible: RemoteResult, Sendable {
    /// The value in Swift, or nil if Python sent something else.
    init?(python value: PythonValue)
    var python: PythonValue { get }
    /// The name of the expected type in an error message: `float`, `microscope.ROI`.
    static var pythonName: String { get }
    /// Whether all numbers in the value are finite, as all numbers from clients have to be.
    var isFinite: Bool { get }
    /// The error that Python would raise for a value that cannot be converted.
    ///
    /// - Parameter label: what the value is for, as the error's text begins.
    static func refusal(of value: PythonValue, as label: String) -> RemoteError
}

extension PythonConvertible {
    public var isFinite: Bool { true }

    public static func refusal(of value: PythonValue, as label: String) -> RemoteError {
        .type("\(label): expected \(pythonName), got \(value.shownWithType)")
    }

    /// A client's value in Swift, or the error that Python would raise for it.
    ///
    /// - Parameter label: what the value is for, as the error's text begins.
    public static func decode(_ value: PythonValue, as label: @autoclosure () -> String) throws -> Self {
        guard let decoded = Self(python: value) else { throw refusal(of: value, as: label()) }
        guard decoded.isFinite else { throw RemoteError.value("\(label()) must be finite, not \(value.shown)") }
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
            guard let int = array.integer(at: 0) else { return nil }
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
    public var isFinite: Bool { self?.isFinite ?? true }
    public static var pythonName: String { "\(Wrapped.pythonName) or None" }
}

// MARK: Collections

extension Array: RemoteResult where Element: PythonConvertible {}

/// A list on the way out; a list, a tuple or an array of one dimension on the way in.
extension Array: PythonConvertible where Element: PythonConvertible {
    public init?(python value: PythonValue) {
        guard let items = value.items else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(items.count)
        for item in items {
            guard let element = Element(python: item) else { return nil }
            elements.append(element)
        }
        self = elements
    }
    public var python: PythonValue { .list(map(\.python)) }
    public var isFinite: Bool { allSatisfy(\.isFinite) }
    public static var pythonName: String { "a list of \(Element.pythonName)" }
}

extension PythonValue {
    /// The most elements of an array that are taken for the items of a sequence: no row needs nearly as many, and each
    /// becomes a value of forty bytes.
    private static let mostArrayItems = 1 << 16

    /// The items of a value that Python would take for a sequence; nil for any other value, and for an array of more
    /// than 65536 elements.
    public var items: [PythonValue]? {
        switch self {
        case .list(let items), .tuple(let items), .namedTuple(_, let items): items
        case .array(let array) where array.shape.count == 1 && array.count <= Self.mostArrayItems:
            array.doubles.map(PythonValue.float)
        default: nil
        }
    }

    /// How many items a sequence has, whatever their number; nil for a value that is not a sequence.
    var itemCount: Int? {
        switch self {
        case .list(let items), .tuple(let items), .namedTuple(_, let items): items.count
        case .array(let array) where array.shape.count == 1: array.count
        default: nil
        }
    }
}

extension PythonDictionary: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .dict(let dictionary) = value else { return nil }
        self = dictionary
    }
    public var python: PythonValue { .dict(self) }
    public static var pythonName: String { "dict" }
}

/// Values by name in the order in which Python sent them or will see them: the positions of a stage.
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
    public var isFinite: Bool { pairs.allSatisfy(\.value.isFinite) }
    public static var pythonName: String { "a dict of str to \(Value.pythonName)" }
}

// MARK: Types of the microscope package

/// An `enum.Enum` of the `microscope` package, whose members are sent by class and value.
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

/// A `NamedTuple` of the `microscope` package; clients may send any sequence of the same length instead.
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
        // The number comes first: an array may have any number of elements.
        guard value.itemCount == Self.itemCount, let items = [Item](python: value) else { return nil }
        self.init(items: items)
    }

    /// A sequence of another length has the right type, and the wrong value.
    public static func refusal(of value: PythonValue, as label: String) -> RemoteError {
        if let count = value.itemCount, count != itemCount {
            return .value("\(label): expected \(itemCount) values for \(pythonName), got \(count)")
        }
        return .type("\(label): expected \(pythonName), got \(value.shownWithType)")
    }
    public var python: PythonValue { .namedTuple(Self.pythonClass, items.map(\.python)) }
    public var isFinite: Bool { items.allSatisfy(\.isFinite) }
    public static var pythonName: String { "\(pythonClass)" }
}

// MARK: Arrays

extension NDArray: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .array(let array) = value else { return nil }
        self = array
    }
    public var python: PythonValue { .array(self) }
    public static var pythonName: String { "numpy.ndarray" }
}

extension NDArray {
    /// The elements in memory order, as numbers; of complex elements the real parts.
    public var doubles: [Double] { (0..<count).compactMap(element) }

    /// The element at a place in memory, as a number; nil beyond the end.
    public func element(at index: Int) -> Double? {
        switch dtype.kind {
        case .bool: load(UInt8.self, index).map { $0 == 0 ? 0 : 1 }
        case .unsigned: unsigned(index).map(Double.init)
        case .signed: signed(index).map(Double.init)
        case .float, .complex:
            switch (dtype.kind, dtype.size) {
            case (.float, 2): load(Float16.self, index).map(Double.init)
            case (.float, 4), (.complex, 8): load(Float.self, index).map(Double.init)
            default: load(Double.self, index)
            }
        }
    }

    /// The element at a place in memory, as an integer; nil beyond the end, and if it is not exactly one.
    public func integer(at index: Int) -> Int? {
        switch dtype.kind {
        case .unsigned: unsigned(index).flatMap(Int.init(exactly:))
        case .signed: signed(index)
        case .bool, .float, .complex: element(at: index).flatMap(Int.init(exactly:))
        }
    }

    private func unsigned(_ index: Int) -> UInt? {
        switch dtype.size {
        case 1: load(UInt8.self, index).map(UInt.init)
        case 2: load(UInt16.self, index).map(UInt.init)
        case 4: load(UInt32.self, index).map(UInt.init)
        default: load(UInt.self, index)
        }
    }

    private func signed(_ index: Int) -> Int? {
        switch dtype.size {
        case 1: load(Int8.self, index).map(Int.init)
        case 2: load(Int16.self, index).map(Int.init)
        case 4: load(Int32.self, index).map(Int.init)
        default: load(Int.self, index)
        }
    }

    private func load<T: BitwiseCopyable>(_: T.Type, _ index: Int) -> T? {
        guard (0..<count).contains(index) else { return nil }
        return unsafe data.withUnsafeBytes { bytes in
            unsafe bytes.loadUnaligned(fromByteOffset: index * dtype.size, as: T.self)
        }
    }

    /// An array of `float64` with these elements, the last axis running fastest.
    public init?(_ elements: [Double], shape: [Int]) {
        let bytes = elements.flatMap { unsafe withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        self.init(.float64, shape: shape, data: Bytes(bytes))
    }
}
