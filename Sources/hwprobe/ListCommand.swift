import ArgumentParser
import Devices
import Drivers
import Glibc
import Pickle
import Platform
import Probing
import Pyro
import Server

/// The command that lists attached devices.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List attached devices, serial ports and cameras with their serial numbers.",
        discussion: """
            Nothing is changed, and devices in use by a server or another program are not touched. Free Andor cameras \
            are opened briefly, the only way to read their serial numbers. Serial ports are not opened, except the one \
            given with --ask.

            Exit status: 0 for success, 1 if a device of --config is not available or --ask got no answer, 64 for a \
            wrong command line.
            """
    )

    @Flag(help: "Also list USB devices without a driver.")
    var all = false

    @Flag(help: "Print JSON (described in docs/hwprobe.md).")
    var json = false

    @Flag(help: "Print definitions for the attached devices, to paste into a configuration.")
    var yaml = false

    @Option(
        help: "Check for each definition of a configuration whether its device is present.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            Open a serial port and query the serial number of a device of this driver; nothing is switched on. May be given \
            for several ports.
            """,
            valueName: "port driver"
        )
    )
    var ask: [String] = []

    /// The ports to be queried, with the driver of the expected device.
    private var asked: [(port: String, driver: String)] {
        stride(from: 0, to: ask.count - 1, by: 2).map { (ask[$0], ask[$0 + 1]) }
    }

    func validate() throws {
        guard ask.count.isMultiple(of: 2) else { throw ValidationError("--ask takes a port and a driver.") }
        for (_, name) in asked where drivers[name]?.ask == nil {
            let names = drivers.drivers.filter { $0.ask != nil }.map(\.name).joined(separator: ", ")
            let problem = drivers[name] == nil ? "There is no driver '\(name)'" : "'\(name)' does not use serial ports"
            throw ValidationError("\(problem); drivers that use them: \(names).")
        }
        guard !json || !yaml else { throw ValidationError("--json and --yaml cannot be combined.") }
        guard !yaml || config == nil else { throw ValidationError("--yaml and --config cannot be combined.") }
    }

    func run() throws {
        let wanted = try config.map { WantedDevice.all(try ServerConfiguration.read($0), in: $0) } ?? []
        let machine = Machine.this
        let progress = ProgressLine { "looking for devices and opening cameras: \($0.inSeconds)" }
        let inventory = Inventory(of: machine, drivers, served: ServedDevice.all)
        let reports = wanted.map(inventory.report)
        let questions = asked.compactMap { port, name in
            drivers[name].map { Question(port, $0, inventory, on: machine) }
        }
        progress.end()
        if json {
            var value = inventory.json(all: all)
            value["definitions"] = .list(reports.map(\.json))
            value["asked"] = .list(questions.map(\.json))
            print(try SerializerID.json.text(of: .dict(value)))
        } else if yaml {
            print(inventory.yaml(asked: questions))
            // Standard output may be a file.
            let failed = questions.filter { $0.problem != nil }
            guard failed.isEmpty else { throw NoAnswer(failed.map(Self.line).joined(separator: "\n")) }
        } else {
            print(text(inventory, reports, questions))
        }
        guard !reports.contains(where: \.presence.isTrouble), questions.allSatisfy({ $0.problem == nil }) else {
            throw ExitCode.failure
        }
    }

    private func text(_ inventory: Inventory, _ reports: [PresenceReport], _ questions: [Question]) -> String {
        var sections: [String] = []
        if config == nil, questions.isEmpty { sections.append(inventory.tables(all: all)) }
        if config != nil {
            let rows = reports.map { [$0.name, $0.driver, $0.presence.rawValue, $0.detail] }
            sections.append(Table(["NAME", "DRIVER", "PRESENCE", "WHERE"], rows).text)
        }
        sections += questions.map(Self.line)
        return sections.joined(separator: "\n\n")
    }

    private static func line(_ question: Question) -> String {
        "\(question.driver) at \(question.port): \(question.problem ?? "serial number \(question.serial ?? "")")"
    }
}

/// The queries that got no answer, which end the program with status 1.
private struct NoAnswer: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension ServerConfiguration {
    /// Reads a configuration; one with errors ends the program with a message.
    static func read(_ file: String) throws -> ServerConfiguration {
        do { return try ServerConfiguration(file: file, drivers: drivers) } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension WantedDevice {
    /// The devices of a configuration.
    static func all(_ configuration: ServerConfiguration, in file: String) -> [WantedDevice] {
        let path = realPath(file)
        return configuration.definitions.flatMap { definition in
            var port: Int?
            if case .tcp(_, let number) = definition.endpoint, number > 0 { port = number }
            return definition.devices.map { device in
                WantedDevice(
                    device.name,
                    device.driver,
                    uid: device.uid,
                    isSimulated: device.isSimulated,
                    file: path,
                    port: port
                )
            }
        }
    }

    private static func realPath(_ path: String) -> String {
        FileSystem.realPath(path) ?? path
    }
}
