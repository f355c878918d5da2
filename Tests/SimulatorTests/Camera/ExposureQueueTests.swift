import Devices
import Pickle
import Testing

@testable import Simulators

struct ExposureQueueTests {
    private let timing = ExposureQueue.Timing(exposure: .milliseconds(100), readout: .milliseconds(20))
    private let start = ContinuousClock.now
    private var queue = ExposureQueue()

    init() { queue.start() }

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private mutating func isFetched(at milliseconds: Int) -> Bool {
        queue.fetch(at: after(milliseconds), timing) != nil
    }

    @Test mutating func imageIsThereAfterExposureAndReadout() throws {
        try queue.trigger(Numbered(), at: start, timing)
        #expect(queue.nextIsRead == after(120))
        #expect(!isFetched(at: 119))
        let exposure = queue.fetch(at: after(120), timing)
        #expect(exposure?.end == after(100))
        #expect(!isFetched(at: 1000))
    }

    @Test mutating func triggersDuringAnExposureFollowOneAfterTheOther() throws {
        for _ in 0..<3 { try queue.trigger(Numbered(), at: after(10), timing) }
        for image in 1...3 {
            #expect(queue.nextIsRead == after(10 + 120 * image))
            #expect(isFetched(at: 10 + 120 * image))
        }
        #expect(queue.nextIsRead == nil)
    }

    @Test mutating func thousandTriggersMayWaitAndNoMore() throws {
        for _ in 0...ExposureQueue.limit { try queue.trigger(Numbered(), at: start, timing) }
        #expect(throws: DeviceError.self) { try queue.trigger(Numbered(), at: start, timing) }
        #expect(isFetched(at: 120))
        try queue.trigger(Numbered(), at: start, timing)
    }

    @Test mutating func startingAgainGoesOnWithTheTriggersThatWait() throws {
        try queue.trigger(Numbered(number: 1), at: start, timing)
        try queue.trigger(Numbered(number: 2), at: start, timing)
        queue.start()
        #expect(isFetched(at: 120))
        #expect(isFetched(at: 240))
    }

    @Test mutating func eachImageIsOfWhatItsOwnTriggerFound() throws {
        for number in 1...3 { try queue.trigger(Numbered(number: number), at: start, timing) }
        let subjects = (1...3).map { image in
            queue.fetch(at: after(120 * image), timing)?.subject as? Numbered
        }
        #expect(subjects.map(\.?.number) == [1, 2, 3])
    }

    @Test mutating func imageThatIsFetchedLateDoesNotKeepTheNextOneWaiting() throws {
        try queue.trigger(Numbered(), at: start, timing)
        try queue.trigger(Numbered(), at: start, timing)
        #expect(isFetched(at: 200))
        #expect(queue.nextIsRead == after(240))
    }

    @Test mutating func newTimingHoldsFromTheNextExposureOn() throws {
        try queue.trigger(Numbered(), at: start, timing)
        try queue.trigger(Numbered(), at: start, timing)
        let short = ExposureQueue.Timing(exposure: .milliseconds(1), readout: .zero)
        _ = queue.fetch(at: after(120), short)
        #expect(queue.nextIsRead == after(121))
    }

    @Test mutating func stopForgetsWhatIsNotTakenYet() throws {
        try queue.trigger(Numbered(), at: start, timing)
        try queue.trigger(Numbered(), at: start, timing)
        queue.stop(at: after(50))
        #expect(queue.nextIsRead == nil)
        try queue.trigger(Numbered(), at: after(60), timing)
        #expect(queue.nextIsRead == nil)
    }

    @Test mutating func stopKeepsTheImageThatIsThere() throws {
        try queue.trigger(Numbered(), at: start, timing)
        try queue.trigger(Numbered(), at: start, timing)
        queue.stop(at: after(120))
        #expect(isFetched(at: 120))
        #expect(queue.nextIsRead == nil)
    }

    @Test mutating func startAfterAStopForgetsAll() throws {
        try queue.trigger(Numbered(), at: start, timing)
        queue.stop(at: after(120))
        queue.start()
        #expect(queue.nextIsRead == nil)
        #expect(queue.isAcquiring)
    }
}

/// A subject that can be distinguished from others.
private struct Numbered: Subject {
    var number = 0

    func image(_: SensorSettings, number _: Int) -> Frame {
        Frame(width: 0, height: 0, .uint8, pixels: Bytes([]))!
    }
}
