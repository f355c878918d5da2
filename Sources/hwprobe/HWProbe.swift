import ArgumentParser
import Server

/// The command line.
@main
struct HWProbe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hwprobe",
        abstract: "Tells what is attached, and what keeps it from working. Changes nothing.",
        usage:
            "hwprobe [--all] [--json] [--yaml] [--config FILE] [--ask PORT DRIVER]\nhwprobe doctor [--json] [--config FILE] [--user USER]",
        discussion: "`hwprobe list --help` and `hwprobe doctor --help` tell of each option.",
        version: version,
        subcommands: [ListCommand.self, DoctorCommand.self],
        defaultSubcommand: ListCommand.self
    )
}
