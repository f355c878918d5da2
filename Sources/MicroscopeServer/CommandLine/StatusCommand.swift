import ArgumentParser
import Pickle
import Pyro
import Server

/// Tells how the devices of running servers are.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells how the devices of running servers are: state, process, restarts, clients, data sent and lost."
    )

    @Argument(
        help: "The configuration file that the server was started with; all servers of this user's unless given.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Flag(help: "Print JSON: a list with an object for each server.")
    var json = false

    func run() throws {
        let (statuses, silent) =
            try config.map { ([try RunningServer.asked(for: $0).status()], []) } ?? RunningServer.askAll()
        var standardError = StandardError()
        for process in silent { print("Process \(process) does not answer.", to: &standardError) }
        if json { return print(try SerializerID.json.text(of: .list(statuses))) }
        if statuses.isEmpty { print("No server of this user's runs\(silent.isEmpty ? "" : " that can be asked").") }
        for status in statuses { print(StatusTable(status).text) }
    }
}

/// The status of a server for people: a line for each device.
struct StatusTable {
    private let status: PythonValue

    init(_ status: PythonValue) { self.status = status }

    private enum Line {
        case row([String])
        /// What there is to say of the rows above it.
        case note(String)
    }

    var text: String {
        let header = ["DEVICE", "STATE", "PID", "RESTARTS", "CLIENTS", "SENT", "LOST", "URI"]
        let lines = [.row(header)] + status["definitions"].items.flatMap(lines)
        let rows = lines.compactMap { line in if case .row(let cells) = line { cells } else { nil } }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let texts = lines.map { line in
            switch line {
            case .note(let text): "  ! \(text)"
            case .row(let cells):
                zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                    .joined(separator: "  ")
            }
        }
        return (["\(status["configuration"].word)"] + texts).joined(separator: "\n")
    }

    /// Its devices, each with its parts that send data and what keeps it from being used; and its last error.
    private func lines(of definition: PythonValue) -> [Line] {
        let devices = definition["devices"].items
        let rows = devices.flatMap { device -> [Line] in
            let parts = device["parts"].items.filter { $0["sent"] != .none }
            let problem = device["problem"] == .none ? [] : [device["problem_time"].time + " " + device["problem"].word]
            let call = device["overdue_call"] == .none ? [] : [overdueCall(of: device)]
            return [.row(row(device, of: definition))] + parts.map { .row(row($0, partOf: device)) }
                + (problem + call).map(Line.note)
        }
        guard definition["last_error"] != .none else { return rows }
        // A group's name stands in no row.
        let names = devices.map { $0["name"].word }
        let group =
            names == [definition["name"].word] ? "" : "\(definition["name"].word) (\(names.joined(separator: ", "))): "
        return rows + [.note(group + error(of: definition))]
    }

    private func overdueCall(of device: PythonValue) -> String {
        let name = device["name"].word
        return
            "\(device["overdue_call_time"].time) \(device["overdue_call"].word) was called and has not come back; if "
            + "\(name) hangs, `device-server restart CONFIG \(name)` replaces its process"
    }

    private func error(of definition: PythonValue) -> String {
        let error = "\(definition["last_error_time"].time) \(definition["last_error"].word)"
        if definition["recovery_time"] != .none { return "\(error); well since \(definition["recovery_time"].time)" }
        guard definition["state"] == "waiting", definition["retry_time"] != .none else { return error }
        return "\(error); trying again at \(definition["retry_time"].time)"
    }

    private func row(_ device: PythonValue, of definition: PythonValue) -> [String] {
        let name = device["name"].word + (device["simulated"] == .bool(true) ? " (simulated)" : "")
        return [name, device["state"].word, definition["pid"].word, definition["restarts"].word] + stream(device)
    }

    private func row(_ part: PythonValue, partOf device: PythonValue) -> [String] {
        ["  \(part["name"].word.dropFirst(device["name"].word.count + 1))", "", "", ""] + stream(part)
    }

    private func stream(_ device: PythonValue) -> [String] {
        let clients = device["sent"] == .none ? "" : "\(device["clients"].items.count)"
        return [clients, device["sent"].word, device["lost"].word, device["uri"].word]
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

    /// Seconds since 1970 as the log writes them.
    var time: String { if case .float(let seconds) = self { LogTime(secondsSince1970: seconds).text } else { "" } }

    /// The items of a list of words, with commas between them.
    var words: String { items.map(\.word).joined(separator: ", ") }
}
