/// A camera's list of its parameters: the XML text of `device_manifest`.
///
/// Its form is that of the descriptions of 425 models in the vendor's Python package, version 4.27.13: an element for each
/// parameter, with its name in `Xiapi_Par`. Bounded, since the text comes from a library.
struct Manifest: Sendable, Equatable {
    struct Parameter: Sendable, Equatable {
        enum Kind: String, Sendable {
            case int = "Integer"
            case float = "Float"
            case bool = "Boolean"
            case choice = "Enumeration"
            case command = "Command"
            case string = "String"
        }

        let kind: Kind
        var name = ""
        /// The values of a choice with their texts.
        var choices: [Choice] = []
        var isReadOnly = false
        /// Whether it cannot be written while the camera acquires.
        var isLocked = false
        /// Whether it names a file of the computer that the library reads.
        var isPath = false
    }

    struct Choice: Sendable, Equatable {
        var key = 0
        var label = ""
    }

    private(set) var parameters: [Parameter] = []

    /// More than any camera has.
    static let sizeLimit = 1 << 22, countLimit = 2000

    init() {}

    /// Reads as much as can be understood; any other text has no parameters.
    init(_ text: String) {
        var current: Parameter?
        var entry: Choice?
        for (tag, content) in Tags(Array(text.utf8.prefix(Self.sizeLimit))) {
            if let kind = Parameter.Kind(rawValue: tag) {
                current = Parameter(kind: kind)
            } else if tag.first == "/", Parameter.Kind(rawValue: String(tag.dropFirst())) != nil {
                if let parameter = current, !parameter.name.isEmpty, parameters.count < Self.countLimit {
                    parameters.append(parameter)
                }
                current = nil
            } else if tag == "EnumEntry" {
                entry = Choice()
            } else if tag == "/EnumEntry" {
                if let entry, current.map({ $0.choices.count < Self.countLimit }) == true {
                    current?.choices.append(entry)
                }
                entry = nil
            } else if entry != nil {
                if tag == "DisplayName" { entry?.label = content }
                if tag == "Value", let key = Int(content) { entry?.key = key }
            } else {
                current?.read(tag, content)
            }
        }
    }
}

extension Manifest.Parameter {
    fileprivate mutating func read(_ tag: String, _ content: String) {
        switch tag {
        case "Xiapi_Par": name = content
        case "ImposedAccessMode": isReadOnly = content == "RO"
        case "pIsLocked": isLocked = content == "TLParamsLocked"
        case "IsPath": isPath = content == "1"
        default: break
        }
    }
}

/// The tags of an XML text, each with the text that follows it.
private struct Tags: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ text: [UInt8]) { rest = text[...] }

    mutating func next() -> (tag: String, content: String)? {
        guard let start = rest.firstIndex(of: UInt8(ascii: "<")) else { return nil }
        guard let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let tag = rest[rest.index(after: start)..<end]
        rest = rest[rest.index(after: end)...]
        let content = rest.prefix { $0 != UInt8(ascii: "<") }
        // Attributes do not matter.
        let name = tag.prefix { $0 != UInt8(ascii: " ") }
        return (String(decoding: name, as: UTF8.self), Self.plain(String(decoding: content, as: UTF8.self)))
    }

    /// The text without what XML has in place of its own characters, and without blanks around it.
    private static func plain(_ text: String) -> String {
        var words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for (code, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
            words = words.split(separator: code, omittingEmptySubsequences: false).joined(separator: character)
        }
        return words
    }
}
