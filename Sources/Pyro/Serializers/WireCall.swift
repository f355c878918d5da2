internal import Pickle

/// A call of a method as it travels: of which object, and with what.
struct WireCall: Sendable, Hashable {
    var object: String
    var method: String
    var arguments: [PythonValue]
    /// Nil where Python sends None: for attributes and batches.
    var keywords: PythonDictionary?
}

extension WireCall {
    /// The call in a sequence of four, its form in all serializers but json.
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

    /// The call from its four parts, if they are of the types that they should be.
    init(
        object: PythonValue,
        method: PythonValue,
        arguments: PythonValue,
        keywords: PythonValue
    ) throws(SerializerError) {
        guard case .str(let object) = object else { throw .malformed("the object of a call must be a str") }
        self.object = object
        self.method = try Self.method(method)
        self.arguments = try Self.arguments(arguments)
        self.keywords = try Self.keywords(keywords)
    }

    var tuple: PythonValue {
        .tuple([.str(object), .str(method), .tuple(arguments), keywordValue])
    }

    /// What the called object is given.
    var passed: CallArguments { CallArguments(arguments, keywords: keywords ?? [:]) }

    var keywordValue: PythonValue { keywords.map { .dict($0) } ?? .none }

    // The parts of a call are taken apart in place, where a batch has hundreds: what is not inlined is given copies.
    @inline(__always)
    static func method(_ value: PythonValue) throws(SerializerError) -> String {
        guard case .str(let method) = value else { throw .malformed("the method of a call must be a str") }
        return method
    }

    @inline(__always)
    static func arguments(_ value: PythonValue) throws(SerializerError) -> [PythonValue] {
        switch value {
        case .tuple(let items), .list(let items): items
        default: throw .malformed("the arguments of a call must be a tuple or a list, not \(value.typeName)")
        }
    }

    @inline(__always)
    static func keywords(_ value: PythonValue) throws(SerializerError) -> PythonDictionary? {
        switch value {
        case .none: return nil
        case .dict(let keywords):
            let areTexts = keywords.pairs.allSatisfy { if case .str = $0.key { true } else { false } }
            guard areTexts else { throw .malformed("keywords must be strings") }
            return keywords
        default: throw .malformed("the keyword arguments of a call must be a dict, not \(value.typeName)")
        }
    }
}
