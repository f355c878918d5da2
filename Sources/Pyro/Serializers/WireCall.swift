internal import Pickle

/// The call of a method as it travels: the object's id, the method's name and the arguments.
struct WireCall: Sendable, Hashable {
    var object: String
    var method: String
    var arguments: CallArguments

    /// The methods by which Pyro reads and sets attributes and sends batches.
    ///
    /// It sends None as their keywords.
    private static let withoutKeywords: Set<String> = ["__getattr__", "__setattr__", "<batch>"]
}

extension WireCall {
    /// The call in a sequence of four values, its form in all serializers except json.
    init(_ value: PythonValue) throws(SerializerError) {
        let items =
            switch value {
            case .tuple(let items), .list(let items): items
            default: throw .malformed("cannot unpack non-iterable \(value.typeName) object")
            }
        guard items.count >= 4 else {
            throw .malformed("not enough values to unpack (expected 4, got \(items.count))")
        }
        guard items.count == 4 else { throw .malformed("too many values to unpack (expected 4)") }
        try self.init(object: items[0], method: items[1], arguments: items[2], keywords: items[3])
    }

    /// The call with these four parts, if each has the right type.
    init(
        object: PythonValue,
        method: PythonValue,
        arguments: PythonValue,
        keywords: PythonValue
    ) throws(SerializerError) {
        guard case .str(let object) = object else { throw .malformed("the object of a call must be a str") }
        self.object = object
        self.method = try Self.method(method)
        self.arguments = try CallArguments(wire: arguments, keywords: keywords)
    }

    var tuple: PythonValue {
        .tuple([.str(object), .str(method), .tuple(arguments.positional), keywords])
    }

    /// The keyword arguments as Pyro sends them.
    var keywords: PythonValue {
        Self.withoutKeywords.contains(method) && arguments.keywords.isEmpty ? .none : .dict(arguments.keywords)
    }

    // Inlined, because a batch has hundreds of calls and a function that is not inlined copies the values.
    @inline(__always)
    static func method(_ value: PythonValue) throws(SerializerError) -> String {
        guard case .str(let method) = value else { throw .malformed("the method of a call must be a str") }
        return method
    }
}

extension CallArguments {
    /// The arguments of a call as they travel: a sequence, and a dictionary or None.
    @inline(__always)
    init(wire arguments: PythonValue, keywords: PythonValue) throws(SerializerError) {
        let positional =
            switch arguments {
            case .tuple(let items), .list(let items): items
            default:
                throw .malformed("the arguments of a call must be a tuple or a list, not \(arguments.typeName)")
            }
        switch keywords {
        case .none: self.init(positional)
        case .dict(let keywords):
            let areTexts = keywords.pairs.allSatisfy { if case .str = $0.key { true } else { false } }
            guard areTexts else { throw .malformed("keywords must be strings") }
            self.init(positional, keywords: keywords)
        default:
            throw .malformed("the keyword arguments of a call must be a dict, not \(keywords.typeName)")
        }
    }
}
