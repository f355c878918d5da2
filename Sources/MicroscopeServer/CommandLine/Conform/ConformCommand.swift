import ArgumentParser
import Contracts
import Glibc
import Server

/// Tries on a person's own devices what devices of their kinds must do.
struct ConformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conform",
        abstract: "Tries on your devices what devices of their kinds must do, and tells what they do not.",
        discussion: """
            Nothing is served. The devices are opened one after the other, and each is left as it was found, disabled \
            and shut down. Whatever switches light on, moves something or drives a line is asked for first, device by \
            device; where there is nobody to ask it is not tried unless --allow names it. Ctrl-C shuts the device \
            down and ends.

            Status: 0 if all that was tried is as it must be, 1 if something is not, 2 for a wrong command line or \
            configuration, or a device that a running server has.

            Examples:
              device-server conform scope.yaml Laser
              device-server conform --json --allow light,motion scope.yaml > report.json
            """
    )

    @Argument(help: "The configuration file that has the devices.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Argument(help: "The devices to try; all unless given.")
    var names: [String] = []

    @Option(
        help: ArgumentHelp(
            "What may be done without asking, with commas between: \(Self.words(Effect.dangerous)).",
            valueName: "effects"
        ),
        transform: Self.effects
    )
    var allow: Set<Effect> = []

    @Flag(help: "Print the report as JSON, which docs/conform.md explains.")
    var json = false

    @Flag(help: "Let every device talk to a simulation of its hardware.")
    var simulated = false

    func run() throws {
        // A reader that has gone away is no reason to end with light on.
        signal(SIGPIPE, SIG_IGN)
        let devices = try devices()
        let interruption = SignalledInterruption()
        let conformance = Conformance(
            config,
            consent: Consent(allowed: allow, interruption: interruption.interruption),
            interruption: interruption.interruption,
            progress: json ? nil : { print($0) }
        )
        var report = conformance.report(on: devices, servedAlready: ServedDevice.all)
        report.interruption = interruption.status
        print(json ? try report.json : report.summary)
        flushOutput()
        throw ExitCode(report.status)
    }

    private func devices() throws -> [RigDevice] {
        var configuration: ServerConfiguration
        do { configuration = try Program.current.configuration(config) } catch {
            throw ConformError("\(error)")
        }
        if simulated { configuration.simulateEverything() }
        let devices = Rig(configuration).devices
        let known = devices.map(\.name)
        for name in names where !known.contains(name) {
            throw ConformError("\(config) has no device '\(name)'; it has \(known.joined(separator: ", "))")
        }
        return names.isEmpty ? devices : devices.filter { names.contains($0.name) }
    }

    /// Runs it and ends the program; what is wrong with the command line is status 2, as the report's readers expect.
    static func mainWithStatus(_ arguments: [String]) -> Never {
        do {
            var command = try Commands.parseAsRoot(arguments)
            try command.run()
            Commands.exit(withError: nil)
        } catch {
            let isUsage = error is ConformError || Commands.exitCode(for: error) == .validationFailure
            guard isUsage else { Commands.exit(withError: error) }
            var standardError = StandardError()
            print(Commands.fullMessage(for: error), to: &standardError)
            Glibc.exit(2)
        }
    }

    private static func effects(_ text: String) throws -> Set<Effect> {
        Set(
            try text.split(separator: ",").map { word in
                guard let effect = Effect(rawValue: String(word)), Effect.dangerous.contains(effect) else {
                    throw ValidationError("'\(word)' is nothing to allow; that is \(words(Effect.dangerous)).")
                }
                return effect
            }
        )
    }

    private static func words(_ effects: [Effect]) -> String { effects.map(\.rawValue).joined(separator: ", ") }
}

/// What is wrong with the configuration, or with the names of its devices.
private struct ConformError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
