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
