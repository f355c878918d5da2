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

/// What has come of a stream of data: how many, how fast, and with what gaps.
struct Tally: Sendable {
    private(set) var count = 0
    private(set) var bytes = 0
    private(set) var gaps = 0
    /// Seconds between data as a rule, and at most.
    private(set) var usual = 0.0
    private(set) var longest = 0.0
    var lost = 0
    private let start = ContinuousClock.now
    private var end = ContinuousClock.now
    private var first, last: Double?

    /// Counts a datum that was taken at a time, in seconds since 1970.
    mutating func add(_ value: PythonValue, at time: Double) {
        count += 1
        if case .array(let array) = value { bytes += array.data.count }
        if let last, time > last {
            let interval = time - last
            // The first few say what is usual.
            if count > 5, interval > 2 * usual {
                gaps += 1
            } else {
                usual += (interval - usual) / Double(min(count, 20))
            }
            longest = max(longest, interval)
        }
        first = first ?? time
        last = time
        end = .now
    }

    /// Data in a second, by the times at which they were taken.
    var rate: Double {
        guard let first, let last, last > first else { return 0 }
        return Double(count - 1) / (last - first)
    }

    var line: String {
        let volume = bytes > 0 && count > 0 ? ", \((rate * Double(bytes) / Double(count) / 1e6).short) MB/s" : ""
        return "\(count) data, \(rate.short)/s\(volume), \(gaps) gaps, \(lost) lost"
    }

    var summary: String {
        let seconds = (end - start) / .seconds(1)
        guard count > 1 else { return "\(count) data; \(lost) lost here" }
        let volume = bytes > 0 ? ", \((rate * Double(bytes) / Double(count) / 1e6).short) MB/s" : ""
        return """
            \(count) data in \(seconds.short) s: \(rate.short)/s\(volume)
            between two: \((usual * 1000).short) ms as a rule, \((longest * 1000).short) ms at most, \(gaps) gaps
            \(lost) lost here
            """
    }
}

extension Double {
    /// With three digits or so.
    var short: String {
        guard isFinite else { return "\(self)" }
        let digits = abs(self) >= 100 ? 1.0 : abs(self) >= 10 ? 10.0 : 100.0
        let rounded = (self * digits).rounded() / digits
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
