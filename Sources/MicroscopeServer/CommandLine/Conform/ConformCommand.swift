import ArgumentParser
import Bench
import Contracts
import Devices
import Glibc
import Server
import Synchronization

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

/// Knows, or asks the person at the terminal, what devices may be put through.
struct Consent {
    private let allowed: Set<Effect>
    private let interruption: Interruption
    private let isAtTerminal: Bool

    /// - Parameter allowed: what is not asked for.
    init(allowed: Set<Effect>, interruption: Interruption) {
        (self.allowed, self.interruption) = (allowed, interruption)
        isAtTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }

    /// Which of the dangerous effects a device and those on its wire may not have; asks for each that they would have.
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

    /// The next line that is typed, in small letters; nil when there will be none.
    private func line() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 100 {
            // A signal's handler wakes this thread or another one, so it looks again and again.
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
    /// What to see to before it is allowed.
    fileprivate var precaution: String {
        switch self {
        case .light: "Wear goggles and close the shutters."
        case .travel: "See that nothing is in the way, and lower the objective."
        case .motion: "See that nothing is in the way."
        case .output: "See what is wired to them."
        case .images, .settings: ""
        }
    }
}

/// An interruption that SIGINT, SIGTERM or SIGHUP asks for; another signal ends the program at once.
final class SignalledInterruption: Sendable {
    let interruption = Interruption()
    /// The first signal that came; 0 before.
    private let number = Atomic<Int32>(0)

    /// The status of a program that ended for a signal; nil if none came.
    var status: Int32? {
        let number = number.load(ordering: .acquiring)
        return number == 0 ? nil : 128 + number
    }

    init() { _ = EndSignals { [self] in receive($0) } }

    private func receive(_ name: String) {
        var standardError = StandardError()
        let signal = [("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)].first { $0.0 == name }?.1 ?? SIGINT
        guard number.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing).exchanged else {
            print("Ended without waiting for the device: see to it that it is safe.", to: &standardError)
            _exit(status ?? EXIT_FAILURE)
        }
        interruption.ask()
        print("\(name): the device is being shut down. Once more ends without waiting for it.", to: &standardError)
    }
}
