/// The table of modules and names that a pickle may use, with their meanings.
enum KnownNames {
    /// The meaning of a name.
    ///
    /// A name that is not in the table is refused unless unknown classes are accepted.
    static func item(_ module: String, _ name: String, _ unknown: UnknownClasses) throws(PickleError) -> Item {
        if let item = modules[module]?[name] { return item }
        let type = PythonClass(module, name)
        guard unknown == .opaque else { throw .refusedName(type) }
        return .global(.unknown(type))
    }

    private typealias Row = (module: String, name: String, item: Item)

    private static let modules: [String: [String: Item]] = {
        var modules: [String: [String: Item]] = [:]
        for row in functions + arguments + shells + namedTuples + enumerations + exceptions {
            modules[row.module, default: [:]][row.name] = row.item
        }
        modules["builtins"]?["NotImplemented"] = .value(.notImplemented)
        for (alias, module) in aliases { modules[alias] = modules[module] }
        return modules
    }()

    // Protocols 0 to 2 use the names of Python 2. numpy 2 renamed its own modules.
    private static let aliases = [
        ("__builtin__", "builtins"), ("exceptions", "builtins"), ("copy_reg", "copyreg"),
        ("numpy._core.multiarray", "numpy.core.multiarray"), ("numpy._core.numeric", "numpy.core.numeric"),
    ]

    private static func function(_ module: String, _ name: String, _ function: @escaping Global.Function) -> Row {
        (module, name, .global(.function(function)))
    }

    private static let functions = [
        function("_codecs", "encode", Builtins.encode),
        function("builtins", "bytes", Builtins.bytes),
        function("builtins", "bytearray", Builtins.bytearray),
        function("builtins", "set", Builtins.set),
        function("builtins", "frozenset", Builtins.frozenset),
        function("builtins", "complex", Builtins.complex),
        function("builtins", "range", Builtins.range),
        function("builtins", "xrange", Builtins.range),
        function("builtins", "getattr", Builtins.getattr),
        function("copyreg", "_reconstructor", Builtins.reconstructor),
        function("collections", "OrderedDict", Builtins.orderedDict),
        function("datetime", "date", Dates.date),
        function("datetime", "time", Dates.time),
        function("datetime", "datetime", Dates.datetime),
        function("datetime", "timedelta", Dates.timedelta),
        function("datetime", "timezone", Dates.timezone),
        function("decimal", "Decimal", Builtins.decimal),
        function("numpy", "dtype", NumPy.dtype),
        function("numpy.core.multiarray", "_reconstruct", NumPy.reconstruct),
        function("numpy.core.multiarray", "scalar", NumPy.scalar),
        function("numpy.core.numeric", "_frombuffer", NumPy.fromBuffer),
    ]

    private static let arguments = [PythonClass.object, .tuple, .ndarray].map { type in
        (type.module, type.name, Item.global(.argument(type)))
    }

    private static let shells = [
        (PythonClass.uri, Shell.uri), (.proxy, .proxy), (.failedCall, .failedCall), (.uuid, .uuid),
    ].map { type, shell in (type.module, type.name, Item.global(.shell(shell, type))) }

    private static let namedTuples = [("ROI", 4), ("Binning", 2), ("AxisLimits", 2)].map { name, count in
        ("microscope", name, Item.global(.namedTuple(PythonClass("microscope", name), count: count)))
    }

    private static let enumerations = Enumeration.known.map { enumeration in
        (enumeration.type.module, enumeration.type.name, Item.global(.enumeration(enumeration)))
    }

    private static let exceptions = KnownExceptions.classes.map { type in
        (type.module, type.name, Item.global(.exception(type)))
    }
}

extension PythonClass {
    static let object = PythonClass("builtins", "object")
    static let tuple = PythonClass("builtins", "tuple")
    static let ndarray = PythonClass("numpy", "ndarray")
    static let uri = PythonClass("Pyro4.core", "URI")
    static let proxy = PythonClass("Pyro4.core", "Proxy")
    static let failedCall = PythonClass("Pyro4.futures", "_ExceptionWrapper")
    static let uuid = PythonClass("uuid", "UUID")
}

/// The meaning of a name in a pickle.
///
/// Nothing is ever imported or called by its name.
indirect enum Global: Sendable {
    /// A function that makes a value from its arguments.
    case function(Function)
    case exception(PythonClass)
    case enumeration(Enumeration)
    case namedTuple(PythonClass, count: Int)
    case shell(Shell, PythonClass)
    /// A class that is only ever an argument: `object`, `tuple`, `numpy.ndarray`.
    case argument(PythonClass)
    /// A class that is not in the table.
    case unknown(PythonClass)

    typealias Function = @Sendable (ItemTuple, inout WorkBudget) throws(PickleError) -> Item

    /// The class, or nil for a function.
    var type: PythonClass? {
        switch self {
        case .function: nil
        case .exception(let type), .namedTuple(let type, _), .shell(_, let type), .argument(let type),
            .unknown(let type):
            type
        case .enumeration(let enumeration): enumeration.type
        }
    }
}

/// An `enum.Enum` of the `microscope` package whose members may be read.
struct Enumeration: Sendable {
    let type: PythonClass
    /// The members by name.
    ///
    /// Names with the same value are aliases.
    private let members: [String: Int]

    static let known = [
        Enumeration(
            "TriggerType",
            ["SOFTWARE": 0, "RISING_EDGE": 1, "HIGH": 1, "FALLING_EDGE": 2, "LOW": 2, "PULSE": 3]
        ),
        Enumeration("TriggerMode", ["ONCE": 1, "BULB": 2, "STROBE": 3, "START": 4]),
        Enumeration("ElectronicShutteringMode", ["GLOBAL": 1, "ROLLING": 2]),
    ]

    private init(_ name: String, _ members: [String: Int]) {
        type = PythonClass("microscope", name)
        self.members = members
    }

    func member(named name: String) throws(PickleError) -> PythonValue {
        guard let value = members[name] else { throw .malformed("a member that \(type) does not have") }
        return .enumMember(type, value)
    }

    /// The member for the arguments of a call of the class.
    func member(_ arguments: [PythonValue]) throws(PickleError) -> PythonValue {
        guard arguments.count == 1, case .int(let value) = arguments[0], members.values.contains(value) else {
            throw .malformed("a value that \(type) does not have")
        }
        return .enumMember(type, value)
    }
}

/// The treatment of classes that are not in the table of known names.
public enum UnknownClasses: Sendable {
    /// The pickle is refused at the name.
    case refused
    /// They become an ``OpaqueObject``. Clients use this for exceptions from a Python server.
    case opaque
}
