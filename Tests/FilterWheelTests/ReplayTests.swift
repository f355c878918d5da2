import Devices
import Glibc
import Testing
import Transports

@testable import FilterWheels

/// What the clock said when the next exchange of a recording took place, and a moment later each time it is looked at:
/// what was waited for then was not always as long as it should have been.
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

/// What was said in a whole run, from opening to a move, is what the drivers still say.
///
/// The recordings in `Recordings` are of simulated wheels, by `make_recordings.py`.
struct ReplayTests {
    private func replay<Session: WheelSession>(_: Session.Type, _ name: String, to position: Int) throws -> Bool {
        let bus = try ReplayedUSBBus(try Recording(try text(name)))
        let clock = ReplayClock(bus)
        let pace = WheelPace(interval: Session.make.pace.interval)
        let wheel = try USBFilterWheel<Session>(.init(), on: bus, pace: pace, log: DeviceLog()) { clock.now }
        try TestMake.Bench.finish(try wheel.move(to: position))
        try wheel.shutdown()
        return bus.isOver
    }

    @Test func eachWheelIsTalkedToAsBefore() throws {
        #expect(try replay(ZWOSession.self, "ZWO-filter-wheel-1-1", to: 2))
        #expect(try replay(StarlightXpressSession.self, "Starlight-Xpress-filter-wheel-1-1", to: 2))
        #expect(try replay(ClaritySession.self, "Aurox-Clarity-1-1", to: 2))
        #expect(try replay(FingerLakesSession.self, "Finger-Lakes-filter-wheel-1-1", to: 2))
    }

    @Test func anotherMoveIsNoticed() throws {
        let error = #expect(throws: USBError.self) { try replay(ZWOSession.self, "ZWO-filter-wheel-1-1", to: 3) }
        #expect("\(try #require(error))".contains("not > 21 09 0303 0000 | 03 7e 5a 01 02 04"))
    }

    private func text(_ name: String) throws -> String {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let file = unsafe open((folder + ["Recordings", "\(name).txt"]).joined(separator: "/"), O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = unsafe read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
