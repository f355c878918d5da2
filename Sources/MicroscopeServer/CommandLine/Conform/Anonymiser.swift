import Platform
import Server

/// A filter for text that removes serial numbers, names of people and computers, and paths.
struct Anonymiser {
    /// Words that stand for something private, the longest first.
    private let secrets: [(text: String, stands: String)]

    init(_ device: DeviceReport, in file: String) {
        let definition = device.device.definition
        let serials = device.identity.serialNumbers + [definition.uid].compactMap(\.self)
        let users = ["USER", "LOGNAME", "SUDO_USER"].compactMap { Environment[$0] }.filter { $0 != "root" }
        let computer = FileSystem.text(of: "/proc/sys/kernel/hostname")?.filter { !$0.isNewline } ?? ""
        let computers = [computer, computer.split(separator: ".").first.map(String.init) ?? ""]
        let files = [file, FileSystem.realPath(file) ?? "", file.split(separator: "/").last.map(String.init) ?? ""]
        secrets =
            (serials.map { ($0, "(serial number)") } + users.map { ($0, "(user)") }
            + computers.filter { $0 != "localhost" }.map { ($0, "(computer)") } + files.map { ($0, "(file)") }
            + [(definition.name, "(device)")])
            .filter { $0.0.count > 2 }
            .sorted { $0.0.utf8.count > $1.0.utf8.count }
    }

    func callAsFunction(_ text: String) -> String {
        var text = text
        for secret in secrets { text = text.replacingWords(secret.text, with: secret.stands) }
        return text.mappingWords { Self.address(of: $0) ?? $0 }
    }

    /// Also takes out what looks like a serial number, for errors that name devices which could not be opened.
    func thoroughly(_ text: String) -> String {
        self(text).split(separator: ";", omittingEmptySubsequences: false).map { clause in
            // The clause of a `SearchReport` that lists the uids of other devices.
            if clause.drop(while: \.isWhitespace).hasPrefix("seen:") { return " seen: (serial numbers)" }
            return String(clause).mappingWords { $0.looksLikeSerialNumber ? "(serial number)" : $0 }
        }
        .joined(separator: ";")
    }

    /// What stands for a word that is a path, a port's name or an address.
    private static func address(of word: String) -> String? {
        if word.hasPrefix("usb:") { return "usb:(serial number)" }
        if word.hasPrefix("/"), word.count > 1 { return "(path)" }
        if let at = word.firstIndex(of: "@"), at != word.startIndex { return "(address)" }
        let numbers = word.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
        let isIPAddress = numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
        return isIPAddress ? "(address)" : nil
    }
}

extension String {
    /// The text with each occurrence of a text, as a word of its own, replaced by another.
    fileprivate func replacingWords(_ word: String, with other: String) -> String {
        func isPartOfWord(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
        var (result, rest) = ("", self[...])
        var last: Character?
        while let first = rest.first {
            let after = rest.dropFirst(word.count)
            if rest.hasPrefix(word), !isPartOfWord(last), !isPartOfWord(after.first) {
                result += other
                (rest, last) = (after, word.last)
            } else {
                result.append(first)
                (rest, last) = (rest.dropFirst(), first)
            }
        }
        return result
    }

    /// The text with its words replaced by what a function makes of them; punctuation around them stays.
    fileprivate func mappingWords(_ map: (String) -> String) -> String {
        var (result, word) = ("", "")
        func finished() -> String {
            let end = word.lastIndex { !".:".contains($0) }.map { word.index(after: $0) } ?? word.startIndex
            return word[..<end].isEmpty ? word : map(String(word[..<end])) + word[end...]
        }
        for character in self {
            if character.isWhitespace || "()[]{}'\"`,;=".contains(character) {
                result += finished()
                result.append(character)
                word = ""
            } else {
                word.append(character)
            }
        }
        return result + finished()
    }

    /// Whether a word has at least five characters, three of them digits, and only letters, digits and hyphens.
    fileprivate var looksLikeSerialNumber: Bool {
        count >= 5 && filter(\.isNumber).count >= 3 && allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
    }
}
