import ArgumentParser
import Pickle
import Server

/// Has a running server read its configuration again.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Has a running server read its configuration again, and carry out what has changed.",
        discussion: """
            Devices whose definitions are as they were go on without a pause. If there are errors in the file, all are \
            told and nothing is changed. SIGHUP does the same, but ends a server that was started at a terminal.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    func run() throws {
        let server = try RunningServer.asked(for: config)
        do {
            guard case .dict(let changes) = try server.reload() else { return }
            for (key, names) in changes.pairs where names != [] { print("\(key.word): \(names.words)") }
        } catch let error as PythonException {
            var standardError = StandardError()
            print(error.text, to: &standardError)
            throw ExitCode.failure
        }
    }
}

/// Has devices of a running server closed and opened again.
struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Has devices of a running server shut down and opened again, each in a new process.",
        discussion: """
            For a device that hangs, or one that has been mended and is not to wait for the next try. All devices of a \
            definition restart together; the others go on without a pause. A process that does not shut its devices \
            down is killed after ten seconds. What clients had set comes back, as after a crash; light stays off.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Argument(help: "The names of definitions, or of devices in them.")
    var names: [String]

    func run() throws {
        let server = try RunningServer.asked(for: config)
        var standardError = StandardError()
        do {
            guard case .dict(let failures) = try server.restart(names) else { return }
            for (name, failure) in failures.pairs where failure == .none { print("\(name.word): is served again") }
            let failed = failures.pairs.filter { $0.value != .none }
            for (name, failure) in failed { print("\(name.word): \(failure.word)", to: &standardError) }
            if !failed.isEmpty { throw ExitCode.failure }
        } catch let error as PythonException {
            print(error.text, to: &standardError)
            throw ExitCode.failure
        }
    }
}

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
