public import Pickle

extension CallArguments {
    /// The same with keywords called by the names that they are known by.
    func renaming(_ names: [String: String]) -> CallArguments {
        let pairs = keywords.pairs.map { key, value -> (PythonValue, PythonValue) in
            guard case .str(let name) = key, let known = names[name] else { return (key, value) }
            return (.str(known), value)
        }
        return CallArguments(positional, keywords: PythonDictionary(pairs))
    }

    /// Complains, as Python would, about arguments that a method does not take, and about those that it needs and lacks.
    ///
    /// - Parameters:
    ///   - names: of the method's parameters, in their order.
    ///   - needed: how many of them, from the first on, have to be given.
    func check(for method: String, taking names: [String], needing needed: Int) throws {
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

    /// Hands out the arguments one after another, and complains as Python would about those that are missing or of no use.
    struct Cursor {
        private let arguments: CallArguments
        private let method: String
        private var index = 0

        init(_ arguments: CallArguments, of method: String) {
            self.arguments = arguments
            self.method = method
        }

        mutating func next<Value: PythonConvertible>(_ parameter: Parameter<Value>) throws -> Value {
            defer { index += 1 }
            let keyword = arguments.keywords.isEmpty ? nil : arguments.keywords[.str(parameter.name)]
            if index < arguments.positional.count {
                guard keyword == nil else {
                    throw RemoteError.type("\(method)() got multiple values for argument '\(parameter.name)'")
                }
                return try decode(arguments.positional[index], parameter)
            }
            if let keyword { return try decode(keyword, parameter) }
            guard let fallback = parameter.fallback else {
                throw RemoteError.type("\(method)() missing 1 required positional argument: '\(parameter.name)'")
            }
            return fallback
        }

        private func decode<Value: PythonConvertible>(
            _ value: PythonValue,
            _ parameter: Parameter<Value>
        ) throws -> Value {
            // The fast way first: the label of an error is only put together for an error.
            if let decoded = Value(python: value) { return decoded }
            return try Value.decode(value, as: "\(method)() argument '\(parameter.name)'")
        }
    }
}

/// One argument of a remote method, which a client may give by position or by name.
public struct Parameter<Value: PythonConvertible>: ExpressibleByStringLiteral {
    let name: String
    let otherName: String?
    let fallback: Value?

    /// - Parameters:
    ///   - otherName: what some classes of python-microscope call the same argument.
    ///   - fallback: what the method gets when the client leaves the argument out.
    public init(_ name: String, or otherName: String? = nil, default fallback: Value? = nil) {
        self.name = name
        self.otherName = otherName
        self.fallback = fallback
    }

    public init(stringLiteral name: String) { self.init(name) }
}

/// What goes wrong in a call before it reaches the hardware, with one Python exception for each case.
public enum RemoteError: Error, Equatable {
    /// `AttributeError`
    case attribute(String)
    /// `TypeError`
    case type(String)
    /// `ValueError`
    case value(String)
    /// `KeyError` with the key that is not there
    case key(String)
    /// `KeyError` with a key that is no text, as all keys are
    case noKey(PythonValue)
    /// `IndexError`
    case index(String)
    /// `NotImplementedError`
    case notImplemented(String)
}
