import Pickle

/// The status of a server for people: a line for each device.
struct StatusTable {
    private let status: PythonValue

    init(_ status: PythonValue) { self.status = status }

    var text: String {
        let header = ["DEVICE", "STATE", "PID", "RESTARTS", "CLIENTS", "SENT", "LOST", "URI"]
        let definitions = status["definitions"].items
        let rows = definitions.flatMap { definition in definition["devices"].items.map { row($0, of: definition) } }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ")
        }
        let errors = definitions.compactMap { definition in
            definition["last_error"] == .none ? nil : "\(definition["name"].word): \(definition["last_error"].word)"
        }
        return (["\(status["configuration"].word)"] + lines + errors).joined(separator: "\n")
    }

    private func row(_ device: PythonValue, of definition: PythonValue) -> [String] {
        let name = device["name"].word + (device["simulated"] == .bool(true) ? " (simulated)" : "")
        let clients = device["sent"] == .none ? "" : "\(device["clients"].items.count)"
        return [
            name, definition["state"].word, definition["pid"].word, definition["restarts"].word, clients,
            device["sent"].word, device["lost"].word, device["uri"].word,
        ]
    }
}

extension PythonValue {
    /// The value of a dictionary's key; None if there is none.
    subscript(key: String) -> PythonValue {
        if case .dict(let fields) = self { fields[.str(key)] ?? .none } else { .none }
    }

    var items: [PythonValue] { if case .list(let items) = self { items } else { [] } }

    /// As a word in a table; nothing for None.
    var word: String {
        switch self {
        case .str(let text): text
        case .int(let number): "\(number)"
        case .bool(let flag): flag ? "yes" : "no"
        default: ""
        }
    }

    /// The items of a list of words, with commas between them.
    var words: String { items.map(\.word).joined(separator: ", ") }
}
