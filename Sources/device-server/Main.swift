import ArgumentParser

/// Chooses what the program is this time: its first word may be a command, and is else a configuration.
@main
enum Main {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "conform": ConformCommand.mainWithStatus(Array(arguments.dropFirst()))
        case "reload": ReloadCommand.main(Array(arguments.dropFirst()))
        case "status": StatusCommand.main(Array(arguments.dropFirst()))
        case "worker": WorkerCommand.main(Array(arguments.dropFirst()))
        default: await DeviceServerCommand.main(Array(arguments))
        }
    }
}
