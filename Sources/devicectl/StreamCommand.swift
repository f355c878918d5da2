import ArgumentParser
import Devices
import Glibc
import MicroscopeClient
import Pickle
import Platform
import Pyro

struct StreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Receive frames or readings, and report the rate, gaps and losses.",
        discussion: """
            A disabled device is enabled and disabled again. The stream ends after --count items, after --seconds, or \
            with Ctrl-C, SIGTERM or SIGHUP; in any case the device is left as it was. A camera that works on another \
            client's trigger is left alone. A gap is an interval of more than twice the usual one. Items are lost here when this program \
            is too slow. Frames come in shared memory or on a connection of this program's own, so that other clients \
            keep theirs; from servers that have neither, the client that asked last gets them.

            Examples:
              devicectl stream Camera@127.0.0.1:8001 --trigger --count 100
              devicectl stream Thermometer@127.0.0.1:8007 --print --seconds 60
              devicectl stream Camera@127.0.0.1:8001 --observe
            """
    )

    @OptionGroup var device: DeviceArgument

    @Option(help: ArgumentHelp("End after this many frames or readings.", valueName: "number"))
    var count: Int?

    @Option(help: "End after this many seconds.")
    var seconds: Double?

    @Flag(help: "Send a software trigger, and another one after each frame or reading.")
    var trigger = false

    @Flag(help: "Only watch: the device is neither enabled nor triggered, and other clients lose nothing.")
    var observe = false

    @Flag(name: .customLong("print"), help: "Print each item: readings as numbers, images by their shape.")
    var prints = false

    func validate() throws {
        guard !(observe && trigger) else { throw ValidationError("--observe and --trigger exclude each other.") }
        guard count ?? 1 > 0 else { throw ValidationError("--count must be at least 1.") }
        guard seconds.map({ $0 > 0 && $0 <= 1e9 }) ?? true else {
            throw ValidationError("--seconds must be a positive number.")
        }
    }

    func run() async throws {
        // A reader such as `head` that has gone must not leave the device enabled.
        signal(SIGPIPE, SIG_IGN)
        let connection = try device.connect()
        let interruption = try Interruption()
        try await interruption.run {
            let methods = try await connection.metadata.methods
            guard methods.contains("set_client") else {
                throw CallFailure(connection.uri.text, "", .unexpected("does not send data"))
            }
            guard !observe || methods.contains("frames_offer") else {
                let text = "has nothing but Pyro's call-back: who watches takes the data from another client"
                throw CallFailure(connection.uri.text, "", .unexpected(text))
            }
            try await stream(PlainDataDevice(connection))
        }
        // Ctrl-C is the usual end of a stream.
        if let status = interruption.status, !interruption.isInterrupted { throw ExitCode(status) }
    }

    private func stream(_ source: PlainDataDevice) async throws {
        let found = observe ? nil : try await FoundAcquisition(of: source)
        let data = try await source.data(keeping: 256)
        var tally = Tally()
        var failure: (any Error)?
        do {
            // In a task of its own, so that nobody has to guess whether the device is enabled.
            try await Task { if found?.wasEnabled == false { try await source.enable() } }.value
            tally = try await read(data, from: source)
        } catch { failure = error }
        let obstacle = await found?.putBack(hasTriggered: trigger)
        await data.stop()
        tally.lost = data.counts.lost
        if let way = data.way { Output.note("devicectl: data came by \(way.rawValue)") }
        if tally.count > 0 || failure == nil { print(tally.summary) }
        if let failure = failure ?? obstacle, !(failure is CancellationError) { throw failure }
    }

    /// Reads until the requested end, or until the task is cancelled.
    private func read(_ data: Arrivals<PythonValue>, from source: PlainDataDevice) async throws -> Tally {
        let end = seconds.map { seconds in
            Task {
                try await Task.sleep(for: .seconds(seconds))
                // Ends the loop below.
                await data.stop()
            }
        }
        defer { end?.cancel() }
        let (start, progress) = (ContinuousClock.now, ProgressLine())
        defer { progress.end() }
        var tally = Tally()
        if trigger { try await sendTrigger(to: source) }
        for try await datum in data {
            tally.add(datum.value, at: datum.timestamp)
            if prints, !Output.line("\(ClockTime.now)  \(Values.text(datum.value))") { break }
            tally.lost = data.counts.lost
            progress.show(bar(tally, since: start) + tally.line)
            if tally.count == count || Task.isCancelled { break }
            if trigger { try await sendTrigger(to: source) }
        }
        return tally
    }

    private func sendTrigger(to source: PlainDataDevice) async throws {
        guard !Task.isCancelled else { return }
        _ = try await Task { try await source.connection.call("trigger") }.value
    }

    private func bar(_ tally: Tally, since start: ContinuousClock.Instant) -> String {
        if let count { return "\(ProgressLine.bar(Double(tally.count) / Double(count)))  " }
        return seconds.map { "\(ProgressLine.bar((.now - start) / .seconds($0)))  " } ?? ""
    }
}

/// The statistics of a stream: number, rate, gaps and losses.
struct Tally: Sendable {
    private(set) var count = 0
    private(set) var bytes = 0
    private(set) var gaps = 0
    /// The usual and the longest interval, in seconds.
    private(set) var usual = 0.0
    private(set) var longest = 0.0
    var lost = 0
    private let start = ContinuousClock.now
    private var end = ContinuousClock.now
    private var first, last: Double?

    /// Counts a frame or reading with its time stamp, in seconds since 1970.
    mutating func add(_ value: PythonValue, at time: Double) {
        count += 1
        if case .array(let array) = value { bytes += array.data.count }
        if let last, time > last {
            let interval = time - last
            // The first few define the usual interval.
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

    /// Frames or readings per second, from their time stamps.
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
            interval: \((usual * 1000).short) ms usual, \((longest * 1000).short) ms longest, \(gaps) gaps
            \(lost) lost here
            """
    }
}

extension Double {
    /// The number with about three digits.
    var short: String {
        guard isFinite else { return "\(self)" }
        let digits = abs(self) >= 100 ? 1.0 : abs(self) >= 10 ? 10.0 : 100.0
        let rounded = (self * digits).rounded() / digits
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
