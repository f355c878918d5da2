import ArgumentParser
import Pickle
import Server

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
