extension ConfigurationNode {
    /// What a type threw while it read this value, as an error at the place that it is about.
    func error<Value>(for error: any Error, reading type: Value.Type) -> ConfigurationError {
        switch error {
        case let error as ConfigurationError: return error
        case DecodingError.dataCorrupted(let context):
            let node = self.node(at: context.codingPath)
            // An enum is refused by the standard library, in words that only programmers know.
            if node.path == path, type is any RawRepresentable.Type { return self.error(refusal(by: type)) }
            return node.error(context.debugDescription)
        case DecodingError.keyNotFound(let key, let context):
            return self.node(at: context.codingPath).error("missing key \(key.stringValue.shown())")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return self.node(at: context.codingPath).error(context.debugDescription)
        default: return self.error("\(error)")
        }
    }

    /// The value that a coding path is about, whether it begins at the root or here.
    private func node(at codingPath: [any CodingKey]) -> ConfigurationNode {
        let isAbsolute = codingPath.map(\.stringValue).starts(with: path.map(\.stringValue))
        return deepest(codingPath.dropFirst(isAbsolute ? path.count : 0))
    }

    private func refusal<Value>(by type: Value.Type) -> String {
        guard let type = type as? any (CaseIterable & RawRepresentable).Type else {
            return "\(summary) is no such value"
        }
        return "expected one of \(words(of: type).joined(separator: ", ")), got \(summary)"
    }

    private func words<Value: CaseIterable & RawRepresentable>(of type: Value.Type) -> [String] {
        type.allCases.map { "\($0.rawValue)" }
    }
}
