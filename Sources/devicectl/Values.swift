import Devices
import MicroscopeClient
import Pickle
import Pyro

/// Values as they are written on a command line and printed.
enum Values {
    /// The value that a word means: a literal of Python's, `true`, `false`, `none`, or else the text itself.
    static func parse(_ text: String) -> PythonValue {
        switch text {
        case "true", "false": .bool(text == "true")
        case "none", "null": .none
        default: PythonValue(literal: text) ?? .str(text)
        }
    }

    /// The value of a setting that a word means.
    static func parse(_ text: String, for setting: SettingDescription) -> PythonValue {
        switch setting.type {
        case .str: .str(text)
        case .enumeration: setting.key(of: text) ?? parse(text)
        case .tuple: PythonValue(literal: text).flatMap { $0.items == nil ? nil : $0 } ?? parse("(\(text))")
        case .int, .float, .bool: parse(text)
        }
    }

    /// The value for people: a text as it is, anything else as Python would write it.
    static func text(_ value: PythonValue) -> String {
        switch value {
        case .str(let text): text
        case .uri(let uri): uri.text
        case .proxy(let proxy): proxy.uri.text
        case .list(let items): "[\(items.map(inner).joined(separator: ", "))]"
        case .dict(let dictionary):
            "{\(dictionary.pairs.map { "\($0.key.shown): \(inner($0.value))" }.joined(separator: ", "))}"
        default: value.shown
        }
    }

    private static func inner(_ value: PythonValue) -> String {
        switch value {
        case .str: value.shown
        default: text(value)
        }
    }

    /// The value of a setting for people, its label if it has one.
    static func text(_ value: PythonValue, of setting: SettingDescription) -> String {
        setting.label(of: value) ?? text(value)
    }

    /// The value as JSON has it: named tuples as lists, members of enumerations as texts, arrays as lists of rows.
    static func json(_ value: PythonValue) throws -> String { try plain(value).json }

    private static func plain(_ value: PythonValue) -> PythonValue {
        switch value {
        case .none, .bool, .int, .bigInt, .float, .str: value
        case .list(let items), .tuple(let items), .namedTuple(_, let items), .set(let items), .frozenset(let items):
            .list(items.map(plain))
        case .dict(let dictionary):
            .dict(
                PythonDictionary(
                    dictionary.pairs.map { (.str(String(python: $0.key) ?? $0.key.shown), plain($0.value)) }
                )
            )
        case .scalar(let array): array.element(at: 0).map(number) ?? .none
        case .array(let array): rows(array)
        default: .str(text(value))
        }
    }

    private static func number(_ number: Double) -> PythonValue {
        Int(exactly: number).map(PythonValue.int) ?? .float(number)
    }

    private static func rows(_ array: NDArray) -> PythonValue {
        let numbers = array.doubles.map(number)
        guard array.shape.count == 2, let width = array.shape.last, width > 0, !array.isFortranOrder else {
            return .list(numbers)
        }
        return .list(stride(from: 0, to: numbers.count, by: width).map { .list(Array(numbers[$0..<$0 + width])) })
    }
}

extension SettingDescription {
    /// What the setting may be, for people.
    var allowed: String {
        switch domain {
        case .anything: ""
        case .integers(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .numbers(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .text(let length): "at most \(length) characters"
        case .choices(let choices): choices.map(\.label).joined(separator: ", ")
        }
    }
}
