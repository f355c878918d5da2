internal import Transports

/// A command in the grammar of SCPI, as simulated instruments read it.
///
/// Each word may be written short or long, in capitals or not: `SYST:INF:MOD?`, `system:INFormation:Mod?`. The first
/// word may have a number, which is 1 unless there is one.
struct SCPIMessage {
    /// The words in capitals, without the number of the first.
    private let words: [String]
    let number: Int
    let isQuestion: Bool
    /// Everything after the first blank.
    let argument: String

    init(_ text: String) {
        let parts = text.trimmingBlanks.split(separator: " ", maxSplits: 1).map(String.init)
        let head = parts.first ?? ""
        argument = parts.dropFirst().first?.trimmingBlanks ?? ""
        isQuestion = head.hasSuffix("?")
        var words = (isQuestion ? String(head.dropLast()) : head).uppercased().split(separator: ":").map(String.init)
        let digits = String((words.first ?? "").reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
        number = digits.code() ?? 1
        if !digits.isEmpty, !words.isEmpty { words[0].removeLast(digits.count) }
        self.words = words
    }

    /// Whether a message is the command of a pattern, in whose words the short form is in capitals: `SYSTem:STATus?`.
    static func ~= (pattern: String, message: SCPIMessage) -> Bool {
        guard pattern.hasSuffix("?") == message.isQuestion else { return false }
        let words = (message.isQuestion ? String(pattern.dropLast()) : pattern).split(separator: ":")
        return words.count == message.words.count
            && zip(words, message.words).allSatisfy { pattern, word in
                let short = pattern.prefix { !$0.isLowercase }
                return word == pattern.uppercased() || word == short
            }
    }

    /// Whether the argument is a word, short or long.
    func argument(is pattern: String) -> Bool {
        let word = argument.uppercased()
        return word == pattern.uppercased() || word == pattern.prefix { !$0.isLowercase }
    }

    /// An argument that is a switch.
    var flag: Bool? {
        switch argument.uppercased() {
        case "ON", "1": true
        case "OFF", "0": false
        default: nil
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
