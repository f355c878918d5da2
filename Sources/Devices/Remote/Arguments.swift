public import Pickle

/// One argument of a remote method, which a client may give by position or by name.
public struct Parameter<Value: PythonConvertible>: ExpressibleByStringLiteral, Sendable {
    let name: String
    let otherName: String?
    let fallback: Value?

    /// - Parameters:
    ///   - otherName: the name that some classes of python-microscope give to the same argument.
    ///   - fallback: the value if the client leaves the argument out.
    public init(_ name: String, or otherName: String? = nil, default fallback: Value? = nil) {
        self.name = name
        self.otherName = otherName
        self.fallback = fallback
    }

    public init(stringLiteral name: String) { self.init(name) }
}

extension CallArguments {
    /// The arguments converted to the types of a method's parameters, or the error that Python would raise for them.
    public func decode<each P: PythonConvertible>(
        for method: String,
        _ parameters: repeat Parameter<each P>
    ) throws -> (repeat each P) {
        let signature = Signature(of: method, repeat each parameters)
        return try signature.values(of: try signature.decodedCall(self))
    }
}

/// The parameters of a method, which decode its arguments.
struct Signature<each P: PythonConvertible>: Sendable {
    private let method: String
    private let parameters: (repeat Parameter<each P>)
    private let names: [String]
    private let otherNames: [String: String]
    /// How many parameters, from the first on, have to be given.
    private let needed: Int

    init(of method: String, _ parameters: repeat Parameter<each P>) {
        var names: [String] = []
        var otherNames: [String: String] = [:]
        var needed = 0
        for parameter in repeat each parameters {
            names.append(parameter.name)
            otherNames[parameter.otherName ?? parameter.name] = parameter.name
            if parameter.fallback == nil { needed = names.count }
        }
        self.method = method
        self.parameters = (repeat each parameters)
        (self.names, self.otherNames, self.needed) = (names, otherNames, needed)
    }

    func decodedCall(_ arguments: CallArguments) throws -> DecodedCall {
        let arguments = arguments.keywords.isEmpty ? arguments : arguments.renaming(otherNames)
        try arguments.check(for: method, taking: names, needing: needed)
        var cursor = Cursor(arguments, of: method)
        let values = Values((repeat try cursor.next(each parameters)))
        return DecodedCall(.call, method, cursor.taken, values)
    }

    func values(of call: DecodedCall) throws -> (repeat each P) {
        guard let values = call.values as? Values<repeat each P> else {
            throw RemoteError.type("\(method)() was called with the arguments of another method")
        }
        return values.values
    }

    /// The converted arguments, as one object.
    private final class Values<each Value: PythonConvertible>: Sendable {
        let values: (repeat each Value)

        init(_ values: (repeat each Value)) { self.values = values }
    }
}

extension CallArguments {
    /// The same arguments with keywords replaced by the names of the parameters.
    fileprivate func renaming(_ names: [String: String]) -> CallArguments {
        let pairs = keywords.pairs.map { key, value -> (PythonValue, PythonValue) in
            guard case .str(let name) = key, let known = names[name] else { return (key, value) }
            return (.str(known), value)
        }
        return CallArguments(positional, keywords: PythonDictionary(pairs))
    }

    /// Throws what Python would raise for arguments that a method does not take, and for those that are missing.
    ///
    /// - Parameters:
    ///   - names: the names of the method's parameters, in order.
    ///   - needed: how many of them, from the first on, have to be given.
    fileprivate func check(for method: String, taking names: [String], needing needed: Int) throws {
        for (key, _) in keywords.pairs {
            guard case .str(let name) = key else { throw RemoteError.type("keywords must be strings") }
            guard names.contains(name) else {
                throw RemoteError.type("\(method)() got an unexpected keyword argument '\(name)'")
            }
        }
        guard positional.count <= names.count else {
            let taken = needed == names.count ? "\(needed)" : "from \(needed) to \(names.count)"
            throw RemoteError.type(
                "\(method)() takes \(taken) positional argument\(names.count == 1 ? "" : "s") "
                    + "but \(positional.count) \(positional.count == 1 ? "was" : "were") given"
            )
        }
        guard positional.count < needed else { return }
        let missing = names[positional.count..<needed].filter { keywords[.str($0)] == nil }
        guard missing.isEmpty else {
            throw RemoteError.type(
                "\(method)() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): "
                    + Self.listed(missing)
            )
        }
    }

    /// Names as Python lists them: `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`.
    private static func listed(_ names: [String]) -> String {
        let quoted = names.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + (quoted.count > 2 ? ", and " : " and ") + last
    }
}

/// A reader of the arguments of one call, one parameter after another.
private struct Cursor {
    private let arguments: CallArguments
    private let method: String
    private var index = 0
    /// The arguments read so far, as Python sent them.
    private(set) var taken: [PythonValue] = []

    init(_ arguments: CallArguments, of method: String) {
        self.arguments = arguments
        self.method = method
    }

    mutating func next<Value: PythonConvertible>(_ parameter: Parameter<Value>) throws -> Value {
        let (keyword, place) = (arguments.keywords.isEmpty ? nil : arguments.keywords[.str(parameter.name)], index)
        index += 1
        if place < arguments.positional.count {
            guard keyword == nil else {
                throw RemoteError.type("\(method)() got multiple values for argument '\(parameter.name)'")
            }
            return try decode(arguments.positional[place], parameter)
        }
        if let keyword { return try decode(keyword, parameter) }
        guard let fallback = parameter.fallback else {
            throw RemoteError.type("\(method)() missing 1 required positional argument: '\(parameter.name)'")
        }
        taken.append(fallback.python)
        return fallback
    }

    private mutating func decode<Value: PythonConvertible>(
        _ value: PythonValue,
        _ parameter: Parameter<Value>
    ) throws -> Value {
        taken.append(value)
        return try Value.decode(value, as: "\(method)() argument '\(parameter.name)'")
    }
}

/// An error in a call that does not reach the hardware, with one Python exception for each case.
public enum RemoteError: Error, Equatable {
    /// `AttributeError`
    case attribute(String)
    /// `TypeError`
    case type(String)
    /// `ValueError`
    case value(String)
    /// `KeyError` with the key that is missing
    case key(String)
    /// `KeyError` with a key that is not text, as all keys are
    case noKey(PythonValue)
    /// `IndexError`
    case index(String)
    /// `NotImplementedError`
    case notImplemented(String)
}
