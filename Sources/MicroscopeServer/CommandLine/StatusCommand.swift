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
        let servers = try config.map { [try RunningServer.asked(for: $0)] } ?? RunningServer.all
        let statuses = try servers.map { try $0.status() }
        if json { return print(try SerializerID.json.text(of: .list(statuses))) }
        guard !statuses.isEmpty else {
            let silent = RunningServer.silent.map { " Process \($0) does not answer." }.joined()
            return print("No server of this user's runs\(silent.isEmpty ? "" : " that can be asked").\(silent)")
        }
        for status in statuses { print(StatusTable(status).text) }
    }
}
