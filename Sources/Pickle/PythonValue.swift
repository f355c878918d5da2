/// A value of Python's as plain data: what a call takes, returns or raises.
///
/// Only what is listed here can be read from the wire or written to it. There is no case for an object of an unknown
/// class but ``opaque(_:)``, which programs that are clients of Python servers get to see and can do nothing with.
public enum PythonValue: Sendable, Hashable {
    case none
    case bool(Bool)
    case int(Int)
    /// An integer beyond 64 bits.
    case bigInt(BigInteger)
    case float(Double)
    indirect case complex(real: Double, imaginary: Double)
    case str(String)
    indirect case bytes(Bytes)
    indirect case bytearray(Bytes)
    case list([PythonValue])
    case tuple([PythonValue])
    case set([PythonValue])
    case frozenset([PythonValue])
    indirect case dict(PythonDictionary)
    indirect case array(NDArray)
    /// One element of a numpy array, such as `numpy.float64(1.5)`: an array of no dimensions.
    indirect case scalar(NDArray)
    case dtype(DType)
    /// A member of an `enum.Enum`, which travels as its class and value.
    indirect case enumMember(PythonClass, Int)
    /// A `NamedTuple` of the `microscope` package: `ROI`, `Binning`, `AxisLimits`.
    indirect case namedTuple(PythonClass, [PythonValue])
    indirect case exception(PythonException)
    /// The place of the call that failed in the results of a batch (`Pyro4.futures._ExceptionWrapper`).
    indirect case failedCall(PythonException)
    indirect case uri(PyroURI)
    indirect case proxy(PyroProxy)
    /// An object of the server's that has an id, which whoever sends the value replaces by a proxy.
    case reference(String)
    indirect case range(start: Int, stop: Int, step: Int)
    indirect case date(PythonDate)
    /// A `decimal.Decimal`, by its text.
    case decimal(String)
    /// A `uuid.UUID`, by its text with hyphens.
    case uuid(String)
    case notImplemented
    indirect case opaque(OpaqueObject)
}

// Not by `nil`: that would be `None` where the lack of a value was meant.
extension PythonValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(stringLiteral value: String) { self = .str(value) }
    public init(arrayLiteral elements: PythonValue...) { self = .list(elements) }
}

extension PythonValue {
    /// The name Python has for the type, as its error messages give it.
    public var typeName: String {
        switch self {
        case .none: "NoneType"
        case .bool: "bool"
        case .int, .bigInt: "int"
        case .float: "float"
        case .complex: "complex"
        case .str: "str"
        case .bytes: "bytes"
        case .bytearray: "bytearray"
        case .list: "list"
        case .tuple: "tuple"
        case .set: "set"
        case .frozenset: "frozenset"
        case .dict: "dict"
        case .array: "ndarray"
        case .scalar(let array): array.dtype.scalarName
        case .dtype: "dtype"
        case .enumMember(let type, _), .namedTuple(let type, _): type.name
        case .exception(let error): error.type.name
        case .failedCall: "_ExceptionWrapper"
        case .uri: "URI"
        case .proxy, .reference: "Proxy"
        case .range: "range"
        case .date(let date): date.typeName
        case .decimal: "Decimal"
        case .uuid: "UUID"
        case .notImplemented: "NotImplementedType"
        case .opaque(let object): object.type.name
        }
    }
}

/// A class of Python's by its module and name, which is all of it that ever travels.
public struct PythonClass: Sendable, Hashable, CustomStringConvertible {
    public let module: String
    public let name: String

    public init(_ module: String, _ name: String) {
        self.module = module
        self.name = name
    }

    /// The class as Python would print it: `microscope.ROI`.
    public var description: String { "\(module).\(name)" }
}

/// An object of a class that is not known here, kept for display only.
public struct OpaqueObject: Sendable, Hashable {
    public var type: PythonClass
    public var arguments: [PythonValue]
    public var state: [PythonValue]

    public init(_ type: PythonClass, arguments: [PythonValue], state: [PythonValue] = []) {
        self.type = type
        self.arguments = arguments
        self.state = state
    }
}

/// The arguments of one call, as Python sends them.
public struct CallArguments: Sendable {
    public var positional: [PythonValue]
    public var keywords: PythonDictionary

    public init(_ positional: [PythonValue] = [], keywords: PythonDictionary = [:]) {
        self.positional = positional
        self.keywords = keywords
    }
}
