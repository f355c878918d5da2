internal import Contracts
public import Devices
internal import Glibc
internal import Platform
public import Transports

/// A device and the simulation of it, on which sessions are recorded.
public protocol RecordableInstrument {
    /// Opens the simulation's port.
    var opener: @Sendable () throws -> SerialPort { get }
    /// The device, opened by its driver.
    func device(at stream: @escaping @Sendable () throws -> any SerialStream) throws -> any Device
}

extension DrivenInstrument: RecordableInstrument where Opened: Device {
    public func device(at stream: @escaping @Sendable () throws -> any SerialStream) throws -> any Device {
        try open(at: stream)
    }
}

/// A sequence of steps with a device, recorded in the file `Recordings/NAME.txt` beside the tests.
///
/// The recording has all that was said on the line, as `device-server --record` writes it, and in front of that what
/// came of each step, in lines that begin with `# result`.
public struct Session: Sendable, CustomStringConvertible {
    public let name: String
    private let instrument: @Sendable () throws -> any RecordableInstrument
    private let steps: @Sendable (SessionClient, any RecordableInstrument) throws -> Void

    public var description: String { name }

    /// - Parameter steps: what is done between opening the device and shutting it down.
    public init(
        _ name: String,
        on instrument: @escaping @Sendable () throws -> any RecordableInstrument,
        steps: @escaping @Sendable (SessionClient, any RecordableInstrument) throws -> Void = { client, _ in
            client.tour()
        }
    ) {
        (self.name, self.instrument, self.steps) = (name, instrument, steps)
    }

    /// Goes through it once more, with the recording in the device's place.
    ///
    /// With `RECORD` in the environment the file is made anew before, with the simulation, unless it is of a device.
    ///
    /// - Parameter test: the file of the test.
    /// - Returns: what is other than it was, for people; empty if nothing is.
    public func differences(beside test: String = #filePath) throws -> [String] {
        if unsafe getenv("RECORD") != nil, try isReplaceable(beside: test) { try record(beside: test) }
        return try differences(from: try recording(beside: test))
    }

    /// Whether it is noticed that the driver says something else than the recording has, about in its middle.
    public func isFirmAboutCommands(beside test: String = #filePath) throws -> Bool {
        var exchanges = try recording(beside: test).exchanges
        let commands = exchanges.indices.filter { exchanges[$0].direction == .out }
        let place = commands[commands.count / 2]
        let other = exchanges[place].bytes.map { $0 ^ 1 }
        exchanges[place] = Exchange(time: exchanges[place].time, .out, "", other)
        let text = exchanges.map(\.line).joined(separator: "\n")
        let differences = try differences(from: try Recording(text))
        return differences.count == 1 && differences[0].hasPrefix("the recording has \(Hexadecimal.text(other)) ")
    }

    /// The recording, as its file has it.
    public func recording(beside test: String = #filePath) throws -> Recording {
        guard let text = FileSystem.text(of: file(beside: test), limit: 1 << 20) else {
            throw DeviceError(.failed, "there is no file \(file(beside: test)); RECORD=1 makes one")
        }
        return try Recording(text)
    }

    private func file(beside test: String) -> String { "\(Self.folder(beside: test))/\(name).txt" }

    private static func folder(beside test: String) -> String {
        let folder = test.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (folder + ["Recordings"]).joined(separator: "/")
    }

    /// Goes through it once more, with a recording in the device's place.
    public func differences(from recording: Recording) throws -> [String] {
        let stream = ReplayedSerialStream(recording)
        let results = try results(on: try instrument()) { stream }
        if let difference = stream.difference { return [difference] }
        guard stream.isOver else { return ["less was sent than the recording has"] }
        let recorded = recording.facts.filter { $0.hasPrefix(Self.mark) }.map { String($0.dropFirst(Self.mark.count)) }
        return results.difference(from: recorded).map { change in
            switch change {
            case .insert(_, let line, _): "comes now: \(line)"
            case .remove(_, let line, _): "came then: \(line)"
            }
        }
    }

    private static let mark = "result "

    private func results(
        on instrument: any RecordableInstrument,
        _ stream: @escaping @Sendable () throws -> any SerialStream
    ) throws -> [String] {
        let device = try instrument.device(at: stream)
        let client = SessionClient(device)
        try steps(client, instrument)
        client.end()
        return client.results
    }

    // MARK: Recording

    /// The line in front of a recording that a simulation made.
    private static let origin = "simulation"

    private func isReplaceable(beside test: String) throws -> Bool {
        guard FileSystem.text(of: file(beside: test)) != nil else { return true }
        return try recording(beside: test).facts.contains(Self.origin)
    }

    private func record(beside test: String) throws {
        let file = file(beside: test)
        unsafe remove(file)
        let instrument = try instrument()
        let opener = instrument.opener
        guard let recorder = Recorder(folder: Self.folder(beside: test), device: name, facts: [Self.origin]) else {
            throw DeviceError(.failed, "\(file) cannot be written")
        }
        let results = try results(on: instrument) { RecordingSerialStream(try opener(), recorder) }
        guard let talk = FileSystem.text(of: file, limit: 1 << 20), let output = unsafe fopen(file, "w") else {
            throw DeviceError(.failed, "\(file) cannot be written")
        }
        defer { unsafe fclose(output) }
        let lines = talk.split(separator: "\n")
        let text = lines.prefix(2) + results.map { "# \(Self.mark)\($0)" } + lines.dropFirst(2) + [""]
        unsafe fputs(text.joined(separator: "\n"), output)
    }
}
