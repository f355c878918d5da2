/// An object that comes empty and is given its state afterwards.
enum Shell: Sendable {
    case uri, proxy, failedCall, uuid, array
}

extension Shell {
    /// The object with its state in it.
    func filled(with state: Item, _ allowance: inout Allowance) throws(PickleError) -> PythonValue {
        switch self {
        case .array: return try NumPy.array(state: ItemTuple(state), &allowance)
        case .uri: return .uri(try PyroState.uri(ItemTuple(state)))
        case .proxy: return .proxy(try PyroState.proxy(ItemTuple(state)))
        case .uuid:
            guard let text = UUIDText(integer: try Self.attributes(state)["int"]) else {
                throw .malformed("state of a UUID")
            }
            return .uuid(text.text)
        case .failedCall:
            guard case .exception(let exception) = try Self.attributes(state)["exception"] else {
                throw .malformed("a failed call without its exception")
            }
            return .failedCall(exception)
        }
    }

    private static func attributes(_ state: Item) throws(PickleError) -> PythonDictionary {
        guard case .value(.dict(let attributes)) = state else { throw .malformed("state that is not a dict") }
        return attributes
    }
}
