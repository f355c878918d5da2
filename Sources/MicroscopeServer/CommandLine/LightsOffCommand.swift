import ArgumentParser
import Server

/// Switches off what a server that has crashed may have left on.
struct LightsOffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lights-off",
        abstract: "Make sure that all light sources in CONFIG are off, after a crash.",
        discussion: """
            Opens each device that may have light, switches it off, asks whether it is, and closes it. Ends with status 0 \
            if all light is off for certain. While a server has the devices open it can do nothing.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Flag(help: "Let every device talk to a simulation of its hardware.")
    var simulated = false

    @Option(help: "Give up light sources that do not answer in this many seconds.")
    var within = 5.0

    func validate() throws {
        guard within > 0, within <= 3600 else { throw ValidationError("--within must be from 0 to 3600 seconds.") }
    }

    func run() throws {
        let configuration = try ConfigurationSource.read(config, isSimulated: simulated).configuration
        let isDark = Blackout(configuration).run(within: .seconds(within)) { print($0) }
        if !isDark { throw ExitCode.failure }
    }
}
