import ArgumentParser
import Glibc
import ImageFiles
import MicroscopeClient
import Server

/// The entry point, which maps each kind of failure to an exit status.
@main
enum Main {
    static func main() async {
        do {
            var command = try DeviceControl.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            fail(error)
        }
    }

    private static func fail(_ error: any Error) -> Never {
        switch error {
        case let error as CallFailure:
            Output.note("devicectl: \(error)")
            exit(error.status)
        case let error as ImageFileError:
            Output.note("devicectl: \(error)")
            exit(EX_CANTCREAT)
        default: DeviceControl.exit(withError: error)
        }
    }
}

/// The command line.
struct DeviceControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devicectl",
        abstract: "Inspect and control the devices of running servers, and take images.",
        discussion: """
            A device is given by its URI, PYRO:NAME@HOST:PORT (PYRO: may be omitted), PYRONAME:NAME for a Pyro name \
            server, or MDNS:NAME for the local network. The server may be device-server, python-microscope's device \
            server, or any Pyro4 server that accepts pickle.

            Examples:
              devicectl list 127.0.0.1:8001-8014
              devicectl describe Camera@127.0.0.1:8001
              devicectl set Camera@127.0.0.1:8001 exposure_time 0.02
              devicectl snap Camera@127.0.0.1:8001 cells.tiff

            Exit status: 0 for success, 1 if the device or its server reported an error, 64 for a wrong command line, \
            69 if a device could not be reached, 73 if a file could not be written, 78 for a wrong configuration.
            """,
        version: version,
        subcommands: [
            ListCommand.self, DescribeCommand.self, GetCommand.self, SetCommand.self, CallCommand.self,
            SnapCommand.self, StreamCommand.self, WatchCommand.self, FaultCommand.self,
        ]
    )
}

extension CallFailure {
    /// The exit status for this failure.
    var status: Int32 {
        switch cause {
        case .raised, .unexpected: EXIT_FAILURE
        case .malformed: EX_USAGE
        case .connection, .address: EX_UNAVAILABLE
        }
    }
}
