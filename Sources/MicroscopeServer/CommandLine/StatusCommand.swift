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
        let servers: [RunningServer]
        if let config {
            guard let server = RunningServer.serving(file: config) else {
                throw ValidationError("No server of this user's runs with \(config).")
            }
            servers = [server]
        } else {
            servers = RunningServer.all
        }
        let statuses = try servers.map { try $0.status() }
        if json { return print(try SerializerID.json.text(of: .list(statuses))) }
        guard !statuses.isEmpty else { return print("No server of this user's runs.") }
        for status in statuses { print(StatusTable(status).text) }
    }
}
