import Devices
import Glibc
import Platform
import Testing
import Transports

@testable import FilterWheels

/// Recorded sessions, from opening to a move to shutdown, replayed to check that drivers still send the same.
///
/// The files in `Recordings` are of simulated wheels; with `RECORD` in the environment they are recorded again first.
struct RecordedTests {
    private static let makes: [TestMake] = [.zwo, .starlightXpress, .clarity, .fingerLakes]

    @Test(arguments: makes) func isTalkedToAsBefore(make: TestMake) throws {
        if unsafe getenv("RECORD") != nil { try record(make) }
        #expect(try replay(make, to: 2))
    }

    @Test func anotherMoveIsNoticed() throws {
        let error = #expect(throws: USBError.self) { try replay(.zwo, to: 3) }
        #expect("\(try #require(error))".contains("not > 21 09 0303 0000 | 03 7e 5a 01 02 04"))
    }

    /// Whether a run has all of the recording in it.
    private func replay(_ make: TestMake, to position: Int) throws -> Bool {
        let text = try #require(FileSystem.text(of: file(make)), "RECORD=1 makes \(file(make))")
        let bus = try ReplayedUSBBus(try Recording(text))
        let clock = ReplayClock(bus)
        let pace = WheelPace(interval: make.session.make.pace.interval)
        try run(try make.open(.init(), on: bus, pace: pace, log: DeviceLog()) { clock.now }, to: position)
        return bus.isOver
    }

    private func record(_ make: TestMake) throws {
        unsafe remove(file(make))
        let bus = SimulatedUSBBus()
        bus.plugIn(make.model(.milliseconds(250)), at: port)
        let recording = RecordingUSBBus(bus, in: folder, as: name(make))
        try run(try make.open(.init(), on: recording, pace: make.session.make.pace, log: DeviceLog()), to: 2)
    }

    private func run(_ wheel: any FilterWheel, to position: Int) throws {
        try TestMake.PluggedWheel.finish(try wheel.move(to: position))
        try wheel.shutdown()
    }

    // MARK: Files

    private let port = USBPort(bus: 1, ports: [1])
    private let folder =
        (#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast() + ["Recordings"])
        .joined(separator: "/")

    /// Calls the wheel as a server does.
    private func name(_ make: TestMake) -> String { "\(make.session.make.name) \(port)" }

    private func file(_ make: TestMake) -> String { "\(folder)/\(name(make).replacing(" ", with: "-")).txt" }
}

/// A clock that shows the time of the next recorded exchange, and a moment more at each look, because waits during
/// the recording were not always as long as they should have been.
private final class ReplayClock {
    private let bus: ReplayedUSBBus
    private let start = ContinuousClock.now
    private var last = 0.0
    private var looks = 0

    init(_ bus: ReplayedUSBBus) { self.bus = bus }

    var now: ContinuousClock.Instant {
        looks = bus.time == last ? looks + 1 : 0
        last = bus.time
        return start + .seconds(last - 1.7e9) + .milliseconds(looks)
    }
}
