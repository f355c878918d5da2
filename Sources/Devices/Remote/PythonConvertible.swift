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
