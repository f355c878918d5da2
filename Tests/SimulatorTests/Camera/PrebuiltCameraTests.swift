import Contracts
import Devices
import Pickle
import Testing

@testable import Simulators

struct PrebuiltCameraTests {
    private let camera = PrebuiltCamera(.init(sensorShape: SensorShape(width: 16, height: 8), ring: 3))

    private func number(of frame: Frame) -> UInt64 {
        unsafe frame.pixels.withUnsafeBytes { unsafe UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    private func place(of frame: Frame) -> UInt {
        unsafe frame.pixels.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func framesAreNumberedSinceEnable() throws {
        for _ in 0..<2 {
            try camera.enable()
            for expected in 0..<5 {
                try camera.trigger()
                let frame = try camera.dataSource.frame()
                #expect(number(of: frame) == UInt64(expected))
                #expect(frame.array.shape == [8, 16])
                #expect(frame.dtype == .uint16)
            }
        }
    }

    @Test func runsFreelyInModeBulb() throws {
        try Client(camera).call("set_trigger", 0, 2)
        try camera.enable()
        for expected in 0..<5 { #expect(number(of: try camera.dataSource.frame()) == UInt64(expected)) }
        #expect(throws: DeviceError.self) { try camera.trigger() }
        try camera.disable()
        #expect(try camera.dataSource.next(within: .zero) == nil)
    }

    @Test func exposureTimeIsThePeriodInModeBulb() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.expose(for: 0.002)
        #expect(camera.cycleTime == 0.002)
        try camera.enable()
        let begin = ContinuousClock.now
        for _ in 0..<4 { _ = try camera.dataSource.frame() }
        // The first one comes at once.
        #expect(ContinuousClock.now - begin >= .milliseconds(5))
        try camera.expose(for: 3600)
        _ = try camera.dataSource.frame()
        #expect(try camera.dataSource.next(within: .milliseconds(1)) == nil)
    }

    @Test func otherTriggersAreUnsupported() {
        for (type, mode) in [(TriggerType.risingEdge, TriggerMode.once), (.software, .strobe), (.software, .start)] {
            #expect(throws: DeviceError.self) { try camera.setTrigger(type, mode) }
        }
        #expect(camera.triggerMode == .once)
    }

    @Test func sameMemoryComesRoundWhenNobodyHoldsIt() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.enable()
        let places = try (0..<9).map { _ in place(of: try camera.dataSource.frame()) }
        #expect(Set(places).count == 3)
        #expect(Array(places[0..<3]) == Array(places[3..<6]))
    }

    @Test func frameThatIsHeldDoesNotChange() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.enable()
        let held = try (0..<10).map { _ in try camera.dataSource.frame() }
        #expect(held.map(number) == Array(0..<10))
        #expect(Set(held.map(place)).count == 10)
        // Buffers that were added to the ring have the pixels of the others.
        let contents = Set(held.map { $0.pixels.array.dropFirst(8) })
        #expect(contents.count == 3)
    }

    @Test func ringGrowsByNoMoreThanWhatIsHeld() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.enable()
        var held: [Frame] = []
        var places: Set<UInt> = []
        for _ in 0..<100 {
            let frame = try camera.dataSource.frame()
            places.insert(place(of: frame))
            held.append(frame)
            if held.count > 5 { held.removeFirst() }
        }
        #expect(places.count <= 7)
    }

    @Test func heldFramesBeyondTheLimitCostNewOnesAndNoMemory() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.expose(for: 1e-6)
        try camera.enable()
        // The ring's 3, twice the 32 of a client's queue, and 192 for subscribers.
        let held = try (0..<259).map { _ in try camera.dataSource.frame() }
        for _ in 0..<5 { #expect(try camera.dataSource.next(within: .milliseconds(10)) == nil) }
        #expect(camera.dataSource.lost == 5)
        #expect(Set(held.map(place)).count == 259)
        #expect(number(of: held[258]) == 258)
    }

    @Test func cameraOnDemandLosesNothingWhileAllFramesAreHeld() throws {
        try camera.setTrigger(.software, .bulb)
        try camera.enable()
        var held = try (0..<259).map { _ in try camera.dataSource.frame() }
        #expect(try camera.dataSource.next(within: .milliseconds(10)) == nil)
        held.removeFirst()
        #expect(number(of: try camera.dataSource.frame()) == 259)
        #expect(camera.dataSource.lost == 0)
    }

    @Test func otherROIOrBinningIsRefused() throws {
        #expect(throws: DeviceError.self) { try camera.setBinning(Binning(h: 2, v: 2)) }
        #expect(try !camera.setROI(ROI(left: 0, top: 0, width: 8, height: 8)))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 0, height: 0)))
    }
}

struct FrameRingTests {
    private var ring = FrameRing(of: 3, growingTo: 10, SensorShape(width: 4, height: 4), at: start)
    private static let start = ContinuousClock.now

    private mutating func frame(after time: Duration = .zero) -> Frame? {
        ring.next(numbered: 0, at: Self.start + time)
    }

    @Test mutating func heldFrameLetsTheRingGrowByNone() {
        let held = frame()
        for _ in 0..<1000 { _ = frame() }
        #expect(ring.count == 3)
        _ = held
    }

    @Test mutating func ringGrowsToItsLimitAlone() {
        let held = (0..<20).map { _ in frame() }
        #expect(held.compactMap(\.self).count == 10)
        #expect(ring.count == 10)
    }

    @Test mutating func whatTheRingGrewByIsFreedWhenItWasNotNeededForASecond() {
        var held = (0..<8).map { _ in frame() }
        #expect(ring.count == 8)
        // Still needed within this second.
        _ = frame(after: FrameRing.trimInterval)
        #expect(ring.count == 9)
        held.removeFirst(6)
        ring.trim(at: Self.start + FrameRing.trimInterval * 2)
        #expect(ring.count == 9)
        // Two are held, and the third one serves.
        _ = frame(after: FrameRing.trimInterval * 2.5)
        ring.trim(at: Self.start + FrameRing.trimInterval * 3)
        #expect(ring.count == 3)
        held.removeAll()
        ring.trim(at: Self.start + FrameRing.trimInterval * 9)
        #expect(ring.count == 3)
    }

    @Test mutating func stoppedRingGivesUpWhatItGrewBy() throws {
        var held = (0..<8).compactMap { _ in frame() }
        ring.shrink()
        #expect(ring.count == 3)
        held.removeAll()
        #expect(frame() != nil)
    }
}
