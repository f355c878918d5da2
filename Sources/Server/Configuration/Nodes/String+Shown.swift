extension String {
    /// The text for an error message, in quotes: on one line, and not much of it.
    func shown(in quote: Character = "'") -> String {
        let start = prefix(Self.shownLength)
        let visible = start.unicodeScalars.map { $0.properties.isInvisible ? $0.escaped(asASCII: true) : String($0) }
        return "\(quote)\(visible.joined())\(start.endIndex == endIndex ? "" : "…")\(quote)"
    }

    private static let shownLength = 60
}

extension Unicode.Scalar.Properties {
    fileprivate var isInvisible: Bool {
        switch generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .format: true
        default: false
        }
    }
}
