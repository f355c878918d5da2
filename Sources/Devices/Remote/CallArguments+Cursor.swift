internal import Pickle

extension CallArguments {
    /// Complains, as Python would, about arguments that a method does not take.
    ///
    /// - Parameter names: of the method's parameters, in their order.
    func check(for method: String, taking names: [String]) throws {
        for (key, _) in keywords.pairs {
            guard case .str(let name) = key else { throw RemoteError.type("keywords must be strings") }
            guard names.contains(name) else {
                throw RemoteError.type("\(method)() got an unexpected keyword argument '\(name)'")
            }
        }
        guard positional.count <= names.count else {
            throw RemoteError.type(
                "\(method)() takes \(names.count) positional argument\(names.count == 1 ? "" : "s") "
                    + "but \(positional.count) \(positional.count == 1 ? "was" : "were") given"
            )
        }
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
