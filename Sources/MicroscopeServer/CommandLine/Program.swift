import ArgumentParser
import Glibc
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

extension ConfigurationSource {
    /// Reads the configuration that a command was given, or prints every error in it and ends the program.
    ///
    /// - Parameter file: a file, or the program's own path for what the program defines.
    static func read(
        _ file: String,
        isSimulated: Bool,
        adjust: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ConfigurationSource {
        let program = Program.current
        do {
            guard file == program.path, program.microscope.isDefined else {
                return try ConfigurationSource(
                    file: file,
                    drivers: program.microscope.drivers,
                    isSimulated: isSimulated,
                    adjust: adjust
                )
            }
            return ConfigurationSource(
                try program.microscope.configuration(),
                of: file,
                isSimulated: isSimulated,
                adjust: adjust
            )
        } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode.failure
        }
    }
}

extension RunningServer {
    /// The server of a configuration file, or the reason why there is none on standard error and the end of the program.
    static func asked(for file: String) throws -> RunningServer {
        do { return try serving(file: file) } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode(EX_UNAVAILABLE)
        }
    }
}

/// Where errors are printed.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Passes on what was printed, so that somebody sees it before the next thing happens.
func flushOutput() { _ = fflush(nil) }
