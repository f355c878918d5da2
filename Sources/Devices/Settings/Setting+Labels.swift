public import Pickle

extension Setting {
    /// The key of a choice that is given by its label, as people write it in a configuration; any other value as it is.
    public func key(for value: PythonValue) throws -> PythonValue {
        guard type == .enumeration, case .str(let label) = value else { return value }
        guard case .dict(let description) = try describe(), case .list(let choices)? = description["values"] else {
            return value
        }
        let keys = choices.compactMap { choice -> PythonValue? in
            guard case .tuple(let pair) = choice, pair.count == 2, pair[1] == .str(label) else { return nil }
            return pair[0]
        }
        return keys.first ?? value
    }
}
