import ArgumentParser
import Pickle
import Pyro
import Server

/// The command that shows the status of running servers.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the status of all devices of running servers: state, process, restarts, clients, data."
    )

    @Argument(
        help: "The configuration file that the server was started with; all servers of this user by default.",
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
        if json { return print(try SerializerID.json.text(of: .list(statuses.map(\.value)))) }
        if statuses.isEmpty { print("This user has no running server\(silent.isEmpty ? "" : " that answers").") }
        for status in statuses { print(StatusTable(status).text) }
    }
}

/// The status of a server for people: a line for each device.
struct StatusTable {
    private let status: ServerStatus

    init(_ status: ServerStatus) { self.status = status }

    private enum Line {
        case row([String])
        /// A remark on the rows above it.
        case note(String)
    }

    var text: String {
        let header = ["DEVICE", "STATE", "PID", "RESTARTS", "CLIENTS", "SENT", "LOST", "MEMORY", "URI"]
        let lines = [.row(header)] + status.definitions.flatMap(lines)
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
        return ([status.configuration] + texts).joined(separator: "\n")
    }

    /// The devices of a definition, each with its parts that send data and its problems; then the last error.
    private func lines(of definition: DefinitionStatus) -> [Line] {
        let rows = definition.devices.flatMap { device -> [Line] in
            let parts = device.parts.filter { $0.stream != nil }
            let locks = ([(device.name, device.lease)] + device.parts.map { ($0.name, $0.lease) })
                .compactMap { name, lease in lease.map { "\(time($0.since)) \(name) was locked by '\($0.owner)'" } }
            let problem = device.problem.map { "\(time(device.problemTime)) \($0)" }
            return [.row(row(device, of: definition))] + parts.map { .row(row($0, partOf: device)) }
                + [problem, overdueCall(of: device), waitingCall(of: device)].compactMap { $0.map(Line.note) }
                + notes(on: device.stream, of: device.name)
                + parts.flatMap { notes(on: $0.stream, of: $0.name) }
                + locks.map(Line.note) + lights(of: device).map(Line.note)
        }
        // The name of a group stands in no row.
        let names = definition.devices.map(\.name)
        let group = names == [definition.name] ? "" : "\(definition.name) (\(names.joined(separator: ", "))): "
        return rows + [definition.light, error(of: definition)].compactMap { $0.map { .note(group + $0) } }
    }

    private func lights(of device: DeviceStatus) -> [String] {
        let parts = device.parts.map { (name: $0.name, light: $0.lightState) }
        return ([(device.name, device.lightState)] + parts).flatMap { name, light in
            (light?.remarks { time($0) } ?? []).map { "\(name): \($0)" }
        }
    }

    private func overdueCall(of device: DeviceStatus) -> String? {
        device.overdueCall.map { call in
            "\(time(device.overdueCallTime)) \(call) has not come back; if \(device.name) hangs, "
                + "`device-server restart CONFIG \(device.name)` replaces its process"
        }
    }

    private func waitingCall(of device: DeviceStatus) -> String? {
        device.waitingCall.map {
            "\(time(device.waitingCallTime)) \($0) was called and waits for the end of what it began"
        }
    }

    /// Where data were lost, and which clients are away.
    private func notes(on stream: StreamStatus?, of name: String) -> [Line] {
        guard let stream else { return [] }
        let losses = stream.lossesInWords
        let absent = stream.absentClients.map { client in
            "\(time(client.since)) client \(client.uri) cannot be reached and has missed \(client.missed); "
                + "it gets data again when it answers"
        }
        let subscribers = stream.subscribers.map { "\(name): \($0.summary)" }
        return ((losses.isEmpty ? [] : ["\(name) lost \(losses)"]) + absent + subscribers).map(Line.note)
    }

    private func error(of definition: DefinitionStatus) -> String? {
        guard let reason = definition.lastError else { return nil }
        let error = "\(time(definition.lastErrorTime)) \(reason)"
        if let recovery = definition.recoveryTime { return "\(error); recovered at \(time(recovery))" }
        guard definition.state == "waiting", let retry = definition.retryTime else { return error }
        return "\(error); next attempt at \(time(retry))"
    }

    private func row(_ device: DeviceStatus, of definition: DefinitionStatus) -> [String] {
        let name = device.name + (device.isSimulated ? " (simulated)" : "")
        let pid = definition.pid.map { "\($0)" } ?? ""
        // The memory is that of the process, so it stands in the row of its first device.
        let isFirst = definition.devices.first?.name == device.name
        let memory = isFirst ? Self.megabytes(definition.frameBytes) : ""
        return [name, device.state, pid, "\(definition.restarts)"] + cells(device.stream, memory, device.uri)
    }

    private func row(_ part: PartStatus, partOf device: DeviceStatus) -> [String] {
        ["  \(part.name.dropFirst(device.name.count + 1))", "", "", ""] + cells(part.stream, "", part.uri)
    }

    private func cells(_ stream: StreamStatus?, _ memory: String, _ uri: String?) -> [String] {
        let counts = stream.map { ["\($0.clients.count)", "\($0.sent)", "\($0.lost)"] } ?? ["", "", ""]
        return counts + [memory, uri ?? ""]
    }

    /// A number of bytes as text; empty for none.
    private static func megabytes(_ bytes: Int?) -> String {
        guard let bytes, bytes > 0 else { return "" }
        return "\((bytes + (1 << 20) - 1) >> 20) MiB"
    }

    /// A time as the log writes it.
    private func time(_ seconds: Double?) -> String { seconds.map { LogTime(secondsSince1970: $0).text } ?? "" }
}

extension PythonValue {
    /// The value as a word; empty for None.
    var word: String {
        switch self {
        case .str(let text): text
        case .int(let number): "\(number)"
        case .bool(let flag): flag ? "yes" : "no"
        default: ""
        }
    }

    /// The items of a list of words, separated by commas.
    var words: String { if case .list(let items) = self { items.map(\.word).joined(separator: ", ") } else { "" } }
}
