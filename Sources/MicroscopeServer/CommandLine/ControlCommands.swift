import ArgumentParser
import Pickle
import Platform
import Server

/// The command that makes a running server reread its configuration.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Make a running server reread its configuration and apply the changes.",
        discussion: """
            Devices whose definitions are unchanged keep running. If the file has errors, all of them are printed and \
            nothing is changed. Problems that the configuration has on this computer, as `--check` finds them, are \
            printed too. SIGHUP does the same, except that a server started from a terminal exits on SIGHUP.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    func run() throws {
        let server = try RunningServer.asked(for: config)
        do {
            let outcome = try ProgressLine.during({ "applying the changes: \($0.inSeconds)" }, server.reload)
            guard case .dict(let changes) = outcome else { return }
            for (key, names) in changes.pairs where names != [] && key != "light" && key != "findings" {
                print("\(key.word): \(names.words)")
            }
            var standardError = StandardError()
            // The changes are applied all the same, as at the start.
            if case .list(let findings)? = changes["findings"] {
                for finding in findings { print(finding.word, to: &standardError) }
            }
            guard case .list(let lights)? = changes["light"] else { return }
            for light in lights { print(light.word, to: &standardError) }
            throw ExitCode.failure
        } catch let error as PythonException {
            var standardError = StandardError()
            print(error.text, to: &standardError)
            throw ExitCode.failure
        }
    }
}

/// The command that restarts devices of a running server.
struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Shut down devices of a running server and open them again in new processes.",
        discussion: """
            Use it for a device that hangs, or one that was repaired and should not wait for the next attempt. All \
            devices of a definition restart together; the others keep running. A process that does not shut down its \
            devices is killed after ten seconds. Settings of clients are restored, as after a crash; light stays off.
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
            let outcome = try ProgressLine.during({ "restarting: \($0.inSeconds)" }) { try server.restart(names) }
            guard case .dict(let failures) = outcome else { return }
            for (name, failure) in failures.pairs where failure == .none { print("\(name.word): served again") }
            let failed = failures.pairs.filter { $0.value != .none }
            for (name, failure) in failed { print("\(name.word): \(failure.word)", to: &standardError) }
            if !failed.isEmpty { throw ExitCode.failure }
        } catch let error as PythonException {
            print(error.text, to: &standardError)
            throw ExitCode.failure
        }
    }
}

/// The command that switches off light that a crashed server may have left on.
struct LightsOffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lights-off",
        abstract: "Switch off all light sources in CONFIG, for example after a crash.",
        discussion: """
            Asks the running server of CONFIG to switch off all light, in parallel. Without a server, opens each device \
            that may have light, switches it off, reads back its state, and closes it. Exits with status 0 if all \
            light is confirmed to be off.
            """
    )

    @Argument(help: "The configuration file that the server was started with.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Flag(help: "Connect every device to a simulation of its hardware.")
    var simulated = false

    @Option(help: "Give up light sources that do not answer within this many seconds.")
    var within = 5.0

    @Flag(help: "Kill a server that does not answer, and switch off its light.")
    var force = false

    func validate() throws {
        guard within > 0, within <= 3600 else { throw ValidationError("--within must be from 0 to 3600 seconds.") }
    }

    func run() throws {
        let configuration = try ConfigurationSource.read(config, isSimulated: simulated).configuration
        switch RunningServer.search(file: config) {
        case .found(let server): return try switchOff(server)
        case .silent(let processes): try end(processes)
        case .none: break
        }
        let isDark = LightsOff(configuration).run(within: .seconds(within)) { print($0) }
        if !isDark { throw ExitCode.failure }
    }

    private func switchOff(_ server: RunningServer) throws {
        let lights = try ProgressLine.during({ "switching light off: \($0.inSeconds)" }, server.switchLightsOff)
        for light in lights { print(light) }
        guard lights.allSatisfy({ $0.light == .off }) else { throw ExitCode.failure }
    }

    /// Ends servers that do not answer and have the devices open.
    private func end(_ processes: [Int]) throws {
        var standardError = StandardError()
        for process in processes {
            guard force else {
                print(
                    """
                    Process \(process) serves \(config) and does not answer. Its light may be on. End it with \
                    `kill -9 \(process)`, or repeat this command with --force.
                    """,
                    to: &standardError
                )
                throw ExitCode.failure
            }
            guard RunningServer.kill(process) else {
                print("Process \(process) does not answer and cannot be killed by this user.", to: &standardError)
                throw ExitCode.failure
            }
            print("Process \(process) was killed.", to: &standardError)
        }
    }
}
