/// A Python value as plain data: an argument, a result or an exception of a call.
///
/// Only these values can be read from the wire or written to it. The only case for objects of unknown classes is
/// ``opaque(_:)``: clients of Python servers receive it and can only display it.
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
    /// A member of an `enum.Enum`, as its class and value.
    indirect case enumMember(PythonClass, Int)
    /// A `NamedTuple` of the `microscope` package: `ROI`, `Binning`, `AxisLimits`.
    indirect case namedTuple(PythonClass, [PythonValue])
    indirect case exception(PythonException)
    /// The failed call among the results of a batch (`Pyro4.futures._ExceptionWrapper`).
    indirect case failedCall(PythonException)
    indirect case uri(PyroURI)
    indirect case proxy(PyroProxy)
    /// An object of the server by its id. The server replaces it by a proxy before the value is sent.
    case reference(String)
    indirect case range(start: Int, stop: Int, step: Int)
    indirect case date(PythonDate)
    /// A `decimal.Decimal`, as its text.
    case decimal(String)
    /// A `uuid.UUID`, as its text with hyphens.
    case uuid(String)
    case notImplemented
    indirect case opaque(OpaqueObject)
}

// There is no literal `nil`: it would be `None` where the absence of a value is meant.
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
    /// Python's name for the type, as in its error messages.
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

/// A Python class by its module and name, which is all that travels of it.
public struct PythonClass: Sendable, Hashable, CustomStringConvertible {
    public let module: String
    public let name: String

    public init(_ module: String, _ name: String) {
        self.module = module
        self.name = name
    }

    /// The class as Python prints it: `microscope.ROI`.
    public var description: String { "\(module).\(name)" }
}

/// An object of an unknown class, kept for display only.
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

/// The arguments of a call.
public struct CallArguments: Sendable, Hashable {
    public var positional: [PythonValue]
    public var keywords: PythonDictionary

    public init(_ positional: [PythonValue] = [], keywords: PythonDictionary = [:]) {
        self.positional = positional
        self.keywords = keywords
    }
}
