import ArgumentParser

/// Chooses what the program is this time: its first word may be a command, and is else a configuration.
@main
enum Main {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard let word = arguments.first else { return await DeviceServerCommand.main([]) }
        if word == "worker" {
            WorkerCommand.main(Array(arguments.dropFirst()))
        } else if word == "conform" {
            ConformCommand.mainWithStatus(Array(arguments))
        } else if Commands.names.contains(word) || word == "help" && arguments.count > 1 {
            Commands.main(Array(arguments))
        } else {
            await DeviceServerCommand.main(Array(arguments))
        }
    }
}

/// The commands beside serving, which the parser would take for a configuration where there can be one.
struct Commands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device-server",
        subcommands: DeviceServerCommand.configuration.subcommands
    )

    static var names: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }
}
