import ArgumentParser
import Devices
import Glibc
import Logging
import Platform
import Server
import Transports

/// The command that serves devices.
struct DeviceServerCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let program = Program.current
        let (name, isDefined) = (program.name, program.microscope.isDefined)
        let source = isDefined ? "of this program, or in CONFIG if there is one," : "in CONFIG"
        let examples =
            isDefined
            ? ["", " --check", " status"] : [" Configs/simulated.yaml", " --check /etc/device-server/scope.yaml"]
        return CommandConfiguration(
            commandName: name,
            abstract: "Serve microscope devices to Cockpit, python-microscope and other Pyro4 programs.",
            usage: """
                \(name) [<config>] [--check] [--simulated] [--log-level <level>] [--log-directory <dir>] [--record <dir>]
                \(name) --list-drivers [--proven] [--json]
                \(name) <subcommand>
                """,
            discussion: """
                Each definition \(source) is served by a process of its own, which is restarted when it ends. SIGINT \
                (Ctrl-C) or SIGTERM shuts down every device, light sources first, and ends the server.

                Examples:
                \(examples.map { "  \(name)\($0)" }.joined(separator: "\n"))
                """,
            version: version,
            subcommands: [
                InitCommand.self, ReloadCommand.self, RestartCommand.self, StatusCommand.self, LightsOffCommand.self,
                StopMotionCommand.self, ConformCommand.self,
            ]
        )
    }

    @Argument(
        help: Program.current.microscope.isDefined
            ? "A configuration file to serve instead of the devices that the program defines."
            : "The configuration file: which devices to serve, and where.",
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Flag(help: "Only validate CONFIG: report every error in it; status 0 if there is none.")
    var check = false

    @Flag(help: "Connect every device to a simulation of its hardware.")
    var simulated = false

    @Flag(help: "List the drivers that CONFIG can name.")
    var listDrivers = false

    @Flag(help: "With --list-drivers: how far each is proven, by sources and by programs of others.")
    var proven = false

    @Flag(help: "With --list-drivers: as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp("Minimum log level: \(Logger.Level.names).", valueName: "level"),
        transform: Logger.Level.named
    )
    var logLevel: Logger.Level?

    @Option(
        help: ArgumentHelp("Also log to one file per device in this directory.", valueName: "dir"),
        completion: .directory
    )
    var logDirectory: String?

    @Option(
        help: ArgumentHelp(
            "Record the communication with USB and serial devices in this directory, in one file per device.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var record: String?

    func run() async throws {
        if listDrivers {
            let list = DriverList(drivers: Program.current.microscope.drivers.drivers, isProofShown: proven)
            return print(json ? try list.json : list.text)
        }
        if proven || json { throw ValidationError("--proven and --json go with --list-drivers.") }
        let program = Program.current
        guard let file = config ?? (program.microscope.isDefined ? program.path : nil) else {
            var standardError = StandardError()
            print(Self.nextSteps, to: &standardError)
            throw ExitCode(EX_USAGE)
        }
        let source = try ConfigurationSource.read(file, isSimulated: simulated) {
            [logLevel, logDirectory] configuration in
            if let logLevel { configuration.log.level = logLevel }
            if let logDirectory { configuration.log.directory = logDirectory }
        }
        if check { return try report(source.configuration, in: config ?? program.name) }
        if let record {
            if let problem = Recorder.problem(with: record) {
                throw ValidationError("--record \(record): cannot write there: \(problem)")
            }
            // Workers inherit the variable.
            unsafe setenv(Recorder.variable, record, 1)
        }
        if await !Supervisor(source).run() { throw ExitCode.failure }
    }

    /// Prints the problems that a configuration has on this computer; fails if one of them is an error.
    private func report(_ configuration: ServerConfiguration, in file: String) throws {
        let findings = configuration.findings()
        var standardError = StandardError()
        for finding in findings { print(finding, to: &standardError) }
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
        print("\(file): \(configuration.summary)")
    }
}

extension DeviceServerCommand {
    /// The next steps for a person who has no configuration yet.
    private static var nextSteps: String {
        let name = Program.current.name
        // The configuration that packages install.
        let installed = FileSystem.realPath("/etc/device-server/device-server.yaml").map { path in
            "\n  \(name) \(path)    serves the configuration of the installed service"
        }
        return """
            There is no configuration to serve. Next:
              \(name) init scope.yaml           asks a few questions and writes a configuration
              \(name) scope.yaml                serves it\(installed ?? "")
              hwprobe --yaml > scope.yaml          writes a configuration for the devices that are attached
              \(name) --list-drivers            lists the drivers
              \(name) --help                    explains all commands
            """
    }
}

extension ServerConfiguration {
    /// The output of `--check` for a configuration without errors.
    fileprivate var summary: String {
        let devices = definitions.reduce(0) { $0 + $1.devices.count }
        return "no errors; \(devices) devices in \(definitions.count) processes"
    }
}

extension Logger.Level {
    static let names = allCases.map(\.rawValue).joined(separator: ", ")

    fileprivate static func named(_ name: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: name) else {
            throw ValidationError("unknown level '\(name)'; choose from \(names).")
        }
        return level
    }
}

/// The command with which the server starts its worker processes.
struct WorkerCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "\(Program.current.name) worker")
    }

    func run() throws {
        guard isatty(STDIN_FILENO) == 0 else {
            let name = Program.current.name
            throw ValidationError("Workers are started by \(name) itself: \(name) CONFIG")
        }
        let microscope = Program.current.microscope
        let program: @Sendable () throws -> ServerConfiguration = { try microscope.configuration() }
        let status = Supervisor.serveAsWorker(
            drivers: microscope.drivers,
            program: microscope.isDefined ? program : nil
        )
        throw ExitCode(status)
    }
}
