import ArgumentParser
import Devices
import DriverCatalogue
import Glibc
import Pickle
import Probing
import Pyro
import Server

/// Lists what is attached.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what is attached: devices that a driver knows, serial ports and cameras, with serial numbers.",
        discussion: """
            Nothing is changed, and what a server or another program holds is left alone. Cameras of Andor's that are \
            free are opened for a moment, since nothing else tells which they are. Serial ports are not opened, unless \
            one is named with --ask.

            Ends with status 0, or 1 if a device that --config names is not to be had or --ask got no answer, or 64 if \
            the command line is wrong.
            """
    )

    @Flag(help: "Also list the USB devices that no driver knows.")
    var all = false

    @Flag(help: "Print JSON, as docs/hwprobe.md describes it.")
    var json = false

    @Flag(help: "Print definitions of what is there, to paste into a configuration.")
    var yaml = false

    @Option(
        help: "Say for each definition of a configuration whether its device is there.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Open a serial port and ask for the serial number of a device of this driver; nothing is switched on.",
            valueName: "port driver"
        )
    )
    var ask: [String] = []

    func validate() throws {
        guard ask.isEmpty || ask.count == 2 else { throw ValidationError("--ask takes a port and a driver.") }
        if let name = ask.last, drivers[name]?.ask == nil {
            let names = drivers.drivers.filter { $0.ask != nil }.map(\.name).joined(separator: ", ")
            throw ValidationError("'\(name)' has nothing to ask at a serial port; those that have: \(names).")
        }
        guard !json || !yaml else { throw ValidationError("--json and --yaml are two things.") }
    }

    func run() throws {
        let wanted = try config.map(WantedDevice.all) ?? []
        let machine = Machine.this
        let inventory = Inventory(of: machine, drivers, served: ServedDevice.all)
        let reports = wanted.map(inventory.report)
        let question = ask.last.flatMap { drivers[$0] }.map { Question(ask[0], $0, inventory, on: machine) }
        if json {
            var value = inventory.json(all: all)
            value["definitions"] = .list(reports.map(\.json))
            value["asked"] = .list([question].compactMap { $0?.json })
            print(try SerializerID.json.text(of: .dict(value)))
        } else if yaml {
            print(inventory.yaml(asked: [question].compactMap(\.self)))
        } else {
            print(text(inventory, reports, question))
        }
        guard !reports.contains(where: \.presence.isTrouble), question?.problem == nil else { throw ExitCode.failure }
    }

    private func text(_ inventory: Inventory, _ reports: [PresenceReport], _ question: Question?) -> String {
        var sections: [String] = []
        if config == nil, question == nil { sections.append(inventory.tables(all: all)) }
        if config != nil {
            let rows = reports.map { [$0.name, $0.driver, $0.presence.rawValue, $0.detail] }
            sections.append(Table(["NAME", "DRIVER", "PRESENCE", "WHERE"], rows).text)
        }
        if let question {
            let answer = question.problem ?? "serial number \(question.serial ?? "")"
            sections.append("\(question.driver) at \(question.port): \(answer)")
        }
        return sections.joined(separator: "\n\n")
    }
}

extension WantedDevice {
    /// The devices of a configuration; with errors in it, these are printed and the program ends.
    static func all(in file: String) throws -> [WantedDevice] {
        let configuration: ServerConfiguration
        do { configuration = try ServerConfiguration(file: file, drivers: drivers) } catch {
            throw ValidationError("\(error)")
        }
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
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
