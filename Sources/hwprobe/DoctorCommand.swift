import ArgumentParser
import Drivers
import Pickle
import Platform
import Probing
import Pyro
import Server

/// The command that finds system problems.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find what keeps devices from working, and print the command that fixes it. Changes nothing.",
        discussion: "Exit status: 0 if no problem was found, 1 otherwise; advice alone does not count as a problem."
    )

    @Flag(help: "Print JSON (described in docs/hwprobe.md).")
    var json = false

    @Option(
        help: "Also check a configuration: its ports, files, host names and libraries.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(help: "Check the permissions of this user, such as the one that runs the server.")
    var user: String?

    func run() throws {
        let configuration = try config.map { try ServerConfiguration.read($0) }
        let wanted = config.flatMap { file in configuration.map { WantedDevice.all($0, in: file) } } ?? []
        var machine = Machine.this
        if let user {
            guard let found = machine.user(named: user) else { throw ValidationError("There is no user '\(user)'.") }
            machine.user = found
        }
        let progress = ProgressLine { "looking at this computer: \($0.inSeconds)" }
        let inventory = Inventory(of: machine, drivers, served: ServedDevice.all, opensCameras: false)
        let configured = configuration?.findings().map { Finding($0, in: config ?? "") } ?? []
        let findings = Doctor(machine, inventory, drivers, wanted: wanted, configured: configured).findings
        progress.end()
        if json {
            print(try SerializerID.json.text(of: .dict(["findings": .list(findings.map(\.json))])))
        } else {
            print(findings.isEmpty ? "No problem found." : findings.map(\.description).joined(separator: "\n\n"))
        }
        guard !findings.contains(where: { $0.weight == .problem }) else { throw ExitCode.failure }
    }
}
