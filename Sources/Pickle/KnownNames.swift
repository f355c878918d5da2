/// The modules and names that a pickle may use, and what they mean.
enum KnownNames {
    /// What a name stands for; unless unknown classes are let through, those not in the table are refused here.
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

    /// The names which protocols 0 to 2 use are Python 2's; numpy 2 renamed its own.
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
