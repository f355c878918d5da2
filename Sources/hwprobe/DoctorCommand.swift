import ArgumentParser
import DriverCatalogue
import Pickle
import Probing
import Pyro
import Server

/// Says what Linux puts in the way of devices.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Finds what keeps devices from working, and prints the command that mends each. Changes nothing.",
        discussion: "Ends with status 0 if there is no problem, with 1 if there is one; advice is none."
    )

    @Flag(help: "Print JSON, as docs/hwprobe.md describes it.")
    var json = false

    @Option(help: "Also look at the ports and libraries of a configuration.", completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(help: "Look with the rights of this user, such as the one that the server runs as.")
    var user: String?

    func run() throws {
        let wanted = try config.map(WantedDevice.all) ?? []
        var machine = Machine.this
        if let user {
            guard let found = machine.user(named: user) else { throw ValidationError("There is no user '\(user)'.") }
            machine.user = found
        }
        let inventory = Inventory(of: machine, drivers, served: ServedDevice.all, opensCameras: false)
        let findings = Doctor(machine, inventory, drivers, wanted: wanted).findings
        if json {
            print(try SerializerID.json.text(of: .dict(["findings": .list(findings.map(\.json))])))
        } else {
            print(findings.isEmpty ? "Nothing is in the way." : findings.map(\.description).joined(separator: "\n\n"))
        }
        guard !findings.contains(where: { $0.weight == .problem }) else { throw ExitCode.failure }
    }
}
