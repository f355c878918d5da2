/// A value without parts: how it is written and what that means.
struct Scalar: Hashable {
    enum Meaning: Hashable {
        case null
        case bool(Bool)
        case int(Int)
        case float(Double)
        case text
        /// Written like a number but none that can be used, for the reason given: text where text is wanted.
        case unusable(String)
    }

    /// As it is written, without quotes.
    let text: String
    let isQuoted: Bool
    let meaning: Meaning

    /// Text in quotes or as a block, which means nothing else.
    init(quoted text: String) {
        self.text = text
        isQuoted = true
        meaning = .text
    }

    /// Text without quotes, which may mean a number, true, false or nothing.
    init(plain text: String) {
        self.text = text
        isQuoted = false
        meaning = Meaning(of: text)
    }

    /// What an error says was found.
    var summary: String {
        switch meaning {
        case .null: "nothing"
        case .bool, .int, .float: text
        case .text: isQuoted ? "\(text.shown()) in quotes" : text.shown()
        case .unusable(let reason): "\(text.shown()), which \(reason)"
        }
    }
}
