import ArgumentParser
import Server

/// The command line.
@main
struct HWProbe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hwprobe",
        abstract: "List attached devices and find what keeps them from working. Changes nothing.",
        usage:
            "hwprobe [--all] [--json] [--yaml] [--config FILE] [--ask PORT DRIVER]\nhwprobe doctor [--json] [--config FILE] [--user USER]",
        discussion: "See `hwprobe list --help` and `hwprobe doctor --help` for all options.",
        version: version,
        subcommands: [ListCommand.self, DoctorCommand.self],
        defaultSubcommand: ListCommand.self
    )
}
