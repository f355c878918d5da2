import ArgumentParser
import Glibc
import Server

/// What the server calls itself as, to serve one definition in a process of its own.
struct WorkerCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "\(Program.current.name) worker")
    }

    func run() throws {
        guard isatty(STDIN_FILENO) == 0 else {
            let name = Program.current.name
            throw ValidationError("Workers are started by \(name) itself: \(name) CONFIG")
        }
        let microscope = Program.current.microscope
        let program: @Sendable () throws -> ServerConfiguration = { try microscope.configuration() }
        let status = Supervisor.serveAsWorker(
            drivers: microscope.drivers,
            program: microscope.isDefined ? program : nil
        )
        throw ExitCode(status)
    }
}
