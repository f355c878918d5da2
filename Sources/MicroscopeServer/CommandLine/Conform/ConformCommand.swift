import ArgumentParser
import Contracts
import Devices
import Glibc
import Server
import Synchronization

/// The command that tests a user's devices against the contracts of their kinds.
struct ConformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conform",
        abstract: "Test whether your devices behave as devices of their kinds must.",
        discussion: """
            Nothing is served. The devices are opened one after the other; afterwards their settings are restored, and \
            they are disabled and shut down. Before anything switches light on, moves or drives a line, the program \
            asks for each device; without a terminal such tests are skipped unless --allow names them. Ctrl-C shuts \
            down the device and ends.

            Status: 0 if all tests passed, 1 if some failed, 2 for a wrong command line or configuration, or for a \
            device that a running server has open.

            Examples:
              device-server conform scope.yaml Laser
              device-server conform --report scope.yaml Laser > report.md
              device-server conform --json --allow light,motion scope.yaml > report.json
            """
    )

    @Argument(help: "The configuration file that has the devices.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Argument(help: "The devices to test; all by default.")
    var names: [String] = []

    @Option(
        help: ArgumentHelp(
            "Effects allowed without asking, separated by commas: \(Self.words(Effect.dangerous)).",
            valueName: "effects"
        ),
        transform: Self.effects
    )
    var allow: Set<Effect> = []

    @Flag(help: "Print the report as JSON, as described in docs/conform.md.")
    var json = false

    @Flag(help: "Print a report for an issue, as Markdown without serial numbers, names of people or paths.")
    var report = false

    @Flag(help: "Connect every device to a simulation of its hardware.")
    var simulated = false

    func run() throws {
        // The program must not end with light on because its reader has gone.
        signal(SIGPIPE, SIG_IGN)
        let devices = try devices()
        let interruption = try SignalledInterruption()
        let conformance = Conformance(
            config,
            consent: Consent(allowed: allow, interruption: interruption.interruption),
            interruption: interruption.interruption,
            progress: progress
        )
        var result = conformance.report(on: devices, servedAlready: ServedDevice.all)
        result.interruption = interruption.status
        if report {
            print(ReportForm(result, drivers: Program.current.microscope.drivers).markdown)
        } else {
            print(json ? try result.json : result.summary)
        }
        flushOutput()
        throw ExitCode(result.status)
    }

    func validate() throws {
        if json && report { throw ValidationError("--json and --report are two forms of one report; choose one.") }
    }

    /// Takes the lines for people; a report for others leaves standard output to itself.
    private var progress: ((String) -> Void)? {
        if json { return nil }
        guard report else { return { print($0) } }
        return { line in
            var standardError = StandardError()
            print(line, to: &standardError)
        }
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

    /// Runs the command and ends the program, with status 2 for errors in the command line.
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
                    throw ValidationError("unknown effect '\(word)'; choose from \(words(Effect.dangerous)).")
                }
                return effect
            }
        )
    }

    private static func words(_ effects: [Effect]) -> String { effects.map(\.rawValue).joined(separator: ", ") }
}

/// An error in the configuration, or in the names of devices.
private struct ConformError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The user's consent to effects of tests, given by an option or at the terminal.
struct Consent {
    private let allowed: Set<Effect>
    private let interruption: Interruption
    private let isAtTerminal: Bool

    /// - Parameter allowed: the effects allowed without asking.
    init(allowed: Set<Effect>, interruption: Interruption) {
        (self.allowed, self.interruption) = (allowed, interruption)
        isAtTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }

    /// The dangerous effects that a device must not have.
    ///
    /// Asks about each effect that its tests would have.
    func forbidden(on device: any Device, called name: String) -> Set<Effect> {
        Set(
            Effect.dangerous.filter { effect in
                let doings = effect.doings(of: device, called: name)
                return !doings.isEmpty && !allowed.contains(effect) && !(isAtTerminal && isGranted(effect, doings))
            }
        )
    }

    private func isGranted(_ effect: Effect, _ doings: [String]) -> Bool {
        guard !interruption.isAsked else { return false }
        flushOutput()
        var standardError = StandardError()
        for doing in doings { print("\(doing).", to: &standardError) }
        while true {
            print("\(effect.precaution) Go on? [y/n] ", terminator: "", to: &standardError)
            switch line() {
            case "y", "yes": return true
            case "n", "no", nil: return false
            default: break
            }
        }
    }

    /// The next line typed, in lower case; nil at the end of input.
    private func line() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 100 {
            // A signal may wake another thread, so this one polls.
            var waited = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&waited, 1, 100)
            guard !interruption.isAsked else { return nil }
            if count <= 0 { continue }
            var byte: UInt8 = 0
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self).lowercased().filter { !$0.isWhitespace }
    }
}

extension Effect {
    /// A precaution to take before the effect is allowed.
    fileprivate var precaution: String {
        switch self {
        case .light: "Wear goggles and close the shutters."
        case .travel: "Make sure that nothing is in the way, and lower the objective."
        case .motion: "Make sure that nothing is in the way."
        case .output: "Check what is wired to them."
        case .images, .settings: ""
        }
    }
}

/// An interruption by SIGINT, SIGTERM or SIGHUP.
///
/// A second signal ends the program at once.
final class SignalledInterruption: Sendable {
    let interruption = Interruption()
    /// The first signal received; 0 before.
    private let number = Atomic<Int32>(0)

    /// The exit status after a signal; nil without one.
    var status: Int32? {
        let number = number.load(ordering: .acquiring)
        return number == 0 ? nil : 128 + number
    }

    init() throws { _ = try EndSignals { [self] in receive($0) } }

    private func receive(_ name: String) {
        var standardError = StandardError()
        let signal = [("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)].first { $0.0 == name }?.1 ?? SIGINT
        guard number.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing).exchanged else {
            print("Ended without waiting for the device: make sure that it is safe.", to: &standardError)
            _exit(status ?? EXIT_FAILURE)
        }
        interruption.ask()
        print("\(name): shutting down the device. Repeat to end without waiting for it.", to: &standardError)
    }
}
