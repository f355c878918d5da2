import ArgumentParser
import Server

/// The program that runs: the microscope that it serves, and what it does this time.
struct Program: Sendable {
    /// The one whose command line is being carried out.
    @TaskLocal static var current = Program(Microscope())

    let microscope: Microscope
    /// The whole path of the program, by which its own configuration is known.
    let path: String
    /// As it was called.
    let name: String

    init(_ microscope: Microscope) {
        self.microscope = microscope
        let called = CommandLine.arguments.first ?? "device-server"
        path = ConfigurationSource.programPath ?? called
        name = called.split(separator: "/").last.map(String.init) ?? called
    }

    /// Chooses what the program is this time: its first word may be a command, and is else a configuration.
    func run() async {
        await Self.$current.withValue(self) {
            let arguments = completed(Array(CommandLine.arguments.dropFirst()))
            guard let word = arguments.first else { return await DeviceServerCommand.main([]) }
            if word == "worker" {
                // What follows names the definition, for people who list processes.
                WorkerCommand.main([])
            } else if word == "conform" {
                ConformCommand.mainWithStatus(arguments)
            } else if Commands.names.contains(word) || word == "help" && arguments.count > 1 {
                Commands.main(arguments)
            } else {
                await DeviceServerCommand.main(arguments)
            }
        }
    }

    /// The arguments with the program's own configuration where a command has none and the program has one.
    private func completed(_ arguments: [String]) -> [String] {
        guard
            microscope.isDefined, let command = arguments.first, Commands.names.contains(command),
            !arguments.dropFirst().contains(where: Self.isConfiguration)
        else { return arguments }
        return [command, path] + arguments.dropFirst()
    }

    /// Whether a word names a configuration file and no device.
    private static func isConfiguration(_ word: String) -> Bool {
        word.hasSuffix(".yaml") || word.hasSuffix(".yml") || word.contains("/") && !word.hasPrefix("-")
    }

    /// The configuration of a name: the program's own for its path, and else a file's; throws with every error in it.
    func configuration(_ file: String) throws -> ServerConfiguration {
        guard file == path, microscope.isDefined else {
            return try ServerConfiguration(file: file, drivers: microscope.drivers)
        }
        return try microscope.configuration()
    }
}

/// The commands beside serving, which the parser would take for a configuration where there can be one.
struct Commands: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.current.name,
            subcommands: DeviceServerCommand.configuration.subcommands
        )
    }

    static var names: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }
}
