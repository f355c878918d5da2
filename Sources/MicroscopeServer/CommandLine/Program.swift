import ArgumentParser
import Glibc
import Platform
import Server

/// The running program: its microscope, and the command to carry out.
struct Program: Sendable {
    /// The program whose command line is being carried out.
    @TaskLocal static var current = Program(Microscope())

    let microscope: Microscope
    /// The absolute path of the program, which identifies its own configuration.
    let path: String
    /// The name by which it was called.
    let name: String

    init(_ microscope: Microscope) {
        self.microscope = microscope
        let called = CommandLine.arguments.first ?? "device-server"
        path = ConfigurationSource.programPath ?? called
        name = called.split(separator: "/").last.map(String.init) ?? called
    }

    /// Carries out the command line: the first word is a command or, otherwise, a configuration.
    func run() async {
        CrashSignals.endProcess()
        await Self.$current.withValue(self) {
            let arguments = completed(Array(CommandLine.arguments.dropFirst()))
            guard let word = arguments.first else { return await DeviceServerCommand.main([]) }
            if word == "worker" {
                // The next word names the definition for people who list processes.
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

    /// The arguments, with the program's own configuration added to a command that has none.
    private func completed(_ arguments: [String]) -> [String] {
        guard
            microscope.isDefined, let command = arguments.first, Commands.names.contains(command), command != "init",
            !arguments.dropFirst().contains(where: Self.isConfiguration)
        else { return arguments }
        return [command, path] + arguments.dropFirst()
    }

    /// Whether a word names a configuration file rather than a device.
    private static func isConfiguration(_ word: String) -> Bool {
        word.hasSuffix(".yaml") || word.hasSuffix(".yml") || word.contains("/") && !word.hasPrefix("-")
    }

    /// The configuration with a name: the program's own for its path, otherwise a file.
    ///
    /// Throws all errors in it.
    func configuration(_ file: String) throws -> ServerConfiguration {
        guard file == path, microscope.isDefined else {
            return try ServerConfiguration(file: file, drivers: microscope.drivers)
        }
        return try microscope.configuration()
    }
}

/// The commands besides serving, which the parser would mistake for a configuration.
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
    /// Reads the configuration of a command, or prints every error in it and ends the program.
    ///
    /// - Parameter file: a file, or the program's own path for the configuration that the program makes.
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
    /// The server of a configuration file.
    ///
    /// Without one, prints the reason and ends the program.
    static func asked(for file: String) throws -> RunningServer {
        do { return try serving(file: file) } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode(EX_UNAVAILABLE)
        }
    }
}

/// Standard error as a stream to print to.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Writes printed text out at once.
func flushOutput() { _ = fflush(nil) }
