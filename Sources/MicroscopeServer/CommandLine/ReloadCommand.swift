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
