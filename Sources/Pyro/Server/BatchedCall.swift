internal import Pickle

/// A call within a batch: (method, args, kwargs).
struct BatchedCall: Sendable {
    let method: String
    let arguments: CallArguments

    init(_ value: PythonValue) throws {
        switch value {
        case .tuple(let parts) where parts.count == 3, .list(let parts) where parts.count == 3:
            method = try WireCall.method(parts[0])
            arguments = CallArguments(
                try WireCall.arguments(parts[1]),
                keywords: try WireCall.keywords(parts[2]) ?? [:]
            )
        default: throw PythonException.pyro("PyroError", "a batch is a list of (method, args, kwargs)")
        }
    }
}
