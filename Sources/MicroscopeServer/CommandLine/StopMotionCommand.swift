import ArgumentParser
import Server

/// The command that stops everything that moves.
struct StopMotionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop-motion",
        abstract: "Stop all stages in CONFIG, and the filter wheels that can stop.",
        discussion: """
            Asks the running server of CONFIG to stop all motion, in parallel. Programs that wait for a move get an error \
            that says where it has ended. Without a server, opens each stage and controller, stops it, and closes it: \
            opening moves nothing. Prints for each device whether it is stopped, cannot stop, or whether that is unknown. \
            Exits with status 0 unless it is unknown for one of them.

            Not an emergency stop: where motion can harm people or equipment, a switch in hardware must stop it.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Flag(help: "Connect every device to a simulation of its hardware.")
    var simulated = false

    @Option(help: "Without a server: give up devices that do not answer within this many seconds.")
    var within = 5.0

    func validate() throws {
        guard within > 0, within <= 3600 else { throw ValidationError("--within must be from 0 to 3600 seconds.") }
    }

    func run() throws {
        let configuration = try ConfigurationSource.read(config, isSimulated: simulated).configuration
        let findings: [MotionFinding]
        switch RunningServer.search(file: config) {
        case .found(let server): findings = try server.stopMotion()
        case .silent(let processes):
            let names = processes.map { "\($0)" }.joined(separator: ", ")
            var standardError = StandardError()
            print(
                "Process \(names) serves \(config) and does not answer. End it with `kill -9`, and repeat this command.",
                to: &standardError
            )
            throw ExitCode.failure
        case .none: findings = StopMotion(configuration).run(within: .seconds(within))
        }
        for finding in findings { print(finding) }
        if findings.isEmpty { print("\(config) has no device that moves") }
        if findings.contains(where: \.isUnknown) { throw ExitCode.failure }
    }
}
