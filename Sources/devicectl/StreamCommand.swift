import ArgumentParser
import Devices
import MicroscopeClient
import Pickle
import Pyro

struct StreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Takes what a camera or a logger sends, and tells how fast it comes and what is missing.",
        discussion: """
            A device that was disabled is enabled for it, and disabled again. It ends after --count data or --seconds, \
            whichever comes first, or with Ctrl-C. A gap is a time between two data of more than twice the usual one; \
            data are lost here when this program is too slow for them.

            Examples:
              devicectl stream Camera@127.0.0.1:8001 --trigger --count 100
              devicectl stream Thermometer@127.0.0.1:8007 --print --seconds 60
            """
    )

    @OptionGroup var device: DeviceArgument

    @Option(help: ArgumentHelp("End after so many data.", valueName: "number"))
    var count: Int?

    @Option(help: "End after so many seconds.")
    var seconds: Double?

    @Flag(help: "Trigger the device by software, again as soon as each datum has come.")
    var trigger = false

    @Flag(name: .customLong("print"), help: "Print each datum: numbers as they are, of images the shape.")
    var prints = false

    func validate() throws {
        guard count ?? 1 > 0 else { throw ValidationError("--count must be at least 1.") }
        guard seconds.map({ $0 > 0 && $0 <= 1e9 }) ?? true else {
            throw ValidationError("--seconds must be a number above 0.")
        }
    }

    func run() async throws {
        let connection = try device.connect()
        guard try await connection.metadata.methods.contains("set_client") else {
            throw CallFailure(connection.uri.text, "", .unexpected("sends no data"))
        }
        let source = PlainDataDevice(connection)
        let data = try await source.data(keeping: 256)
        let wasEnabled = try await source.isEnabled
        var failure: (any Error)?
        var tally = Tally()
        do {
            if !wasEnabled { try await source.enable() }
            if trigger { try await connection.call("trigger") }
            tally = try await read(data, from: source)
        } catch { failure = error }
        if !wasEnabled { try? await source.disable() }
        await data.stop()
        tally.lost = data.counts.lost
        if tally.count > 0 || failure == nil { print(tally.summary) }
        if let failure { throw failure }
    }

    /// Reads until the end that was asked for.
    private func read(_ data: Arrivals<PythonValue>, from source: PlainDataDevice) async throws -> Tally {
        let reading = Task {
            var (tally, progress) = (Tally(), ProgressLine(of: count))
            defer { progress.clear() }
            for try await datum in data {
                tally.add(datum.value, at: datum.timestamp)
                if prints { Output.line("\(ClockTime.now)  \(Values.text(datum.value))") }
                progress.show(tally, lost: data.counts.lost)
                if tally.count == count { break }
                if trigger { try await source.connection.call("trigger") }
            }
            return tally
        }
        let end = Task {
            try await Interruption.wait(within: seconds.map { .seconds($0) })
            // Ends the loop above, which then gives what it has counted.
            await data.stop()
        }
        defer { end.cancel() }
        return try await reading.value
    }
}
