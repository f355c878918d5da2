import ArgumentParser
import DriverCatalogue
import Glibc
import Server

/// What the server calls itself as, to serve one definition in a process of its own.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "device-server worker")

    func run() throws {
        guard isatty(STDIN_FILENO) == 0 else {
            throw ValidationError("Workers are started by device-server itself: device-server CONFIG")
        }
        throw ExitCode(Supervisor.serveAsWorker(drivers: drivers))
    }
}
