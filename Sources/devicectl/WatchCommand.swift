import ArgumentParser
import Glibc
import MicroscopeClient
import Pickle

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print a value of a device whenever it changes, until Ctrl-C.",
        discussion: """
            NAME is as for get. The value is polled; the command waits for a restarting server.

            Example:
              devicectl watch Stage@127.0.0.1:8004 position --interval 0.2
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "The value to watch.")
    var name: String

    @Option(help: ArgumentHelp("The polling interval.", valueName: "seconds"))
    var interval = 1.0

    @Option(help: ArgumentHelp("End after this many lines.", valueName: "number"))
    var count: Int?

    func validate() throws {
        guard interval > 0, interval <= 1e6 else { throw ValidationError("--interval must be a positive number.") }
        guard count ?? 1 > 0 else { throw ValidationError("--count must be at least 1.") }
    }

    func run() async throws {
        let member = try await Member.find(name, of: try device.connect())
        var last: PythonValue?
        var printed = 0
        while true {
            do {
                let value = try await member.value
                if value != last {
                    Output.line("\(ClockTime.now)  \(member.text(value))")
                    printed += 1
                    last = value
                }
            } catch let error as CallFailure {
                // The server is away: wait for it.
                guard error.status == EX_UNAVAILABLE else { throw error }
                Output.note("devicectl: \(error); trying again")
            }
            if let count, printed >= count { return }
            try await Task.sleep(for: .seconds(interval))
        }
    }
}
