internal import Yams

extension ConfigurationError {
    /// What the parser found wrong with the text, in one line.
    init(yaml error: any Error, text: String, file: String) {
        let whole = Place(file: file)
        guard let error = error as? YamlError else {
            self.init("\(error)", at: whole)
            return
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let context = context.map { "\($0.text) that begins in line \($0.mark.line): " } ?? ""
            self.init(context + problem, at: Place(file: file, line: mark.line, column: mark.column))
        case .composer(let context, let problem, let mark, _):
            let context = context.map { "\($0.text) " } ?? ""
            self.init(context + problem, at: Place(file: file, line: mark.line, column: mark.column))
        case .reader(let problem, let offset, _, _):
            self.init(problem, at: offset.map { Place(file: file, text: text, offset: $0) } ?? whole)
        case .duplicatedKeysInMapping(let keys, let context):
            let keys = keys.map { $0.shown() }.joined(separator: ", ")
            let place = Place(file: file, line: context.mark.line, column: context.mark.column)
            self.init("duplicate key \(keys), given again further down in the same mapping", at: place)
        default:
            self.init("\(error)", at: whole)
        }
    }
}

extension Place {
    fileprivate init(file: String, text: String, offset: Int) {
        let lines = text.prefix(offset).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        self.init(file: file, line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }
}
