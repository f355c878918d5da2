import Devices
import Pickle
import Platform
import Testing

@Suite struct OrderedFaultTests {
    @Test(
        arguments: [
            ("hang", FaultOrder(.hang)), ("unplug 30", FaultOrder(.unplug, for: 30)),
            ("slow after 2", FaultOrder(.slow, after: 2)),
            ("drop 1.5 after 60", FaultOrder(.drop, for: 1.5, after: 60)),
        ]
    )
    func anOrderIsAFaultItsTimeAndItsBeginning(text: String, order: FaultOrder) throws {
        #expect(FaultOrder(text) == order)
        #expect(FaultOrder(order.description) == order)
    }

    @Test(arguments: [
        "", "explode", "hang 0", "hang -1", "hang 4000", "hang nan", "hang 1 after", "hang 1 2", "hang 1 after 2 3",
    ])
    func anythingElseIsNone(text: String) { #expect(FaultOrder(text) == nil) }

    @Test func aFaultBelowADriverIsShownFromItsBeginningToItsEnd() {
        let (faults, shown) = (OrderedFaults(), Lock<[OrderedFault?]>([]))
        faults.show(below: { fault in shown.update { $0.append(fault) } })
        faults.order(FaultOrder(.unplug, for: 0.05))
        #expect(shown.wait(within: .seconds(60)) { $0 == [.unplug, nil] ? true : nil } == true)
        #expect(faults.current == nil)
    }

    @Test func aSimulationThatComesLaterShowsThePresentFault() {
        let (faults, shown) = (OrderedFaults("", FaultOrder(.garbage, for: 600)), Lock<[OrderedFault?]>([]))
        faults.show(below: { fault in shown.update { $0.append(fault) } })
        #expect(shown.withLock { $0 } == [.garbage])
    }

    @Test func aFaultOutlivesItsProcessAndThatOfTheConfigurationComesOnce() throws {
        let folder = try #require(SimulatedHardwareFolder())
        defer { folder.remove() }
        let configured = FaultOrder(.unplug, for: 600)
        #expect(OrderedFaults("Stage", configured).fault == .unplug)
        let second = OrderedFaults("Stage", configured)
        #expect(second.fault == .unplug)
        second.order(nil)
        #expect(OrderedFaults("Stage", configured).fault == nil)
    }

    @Test func garbageIsTheSameInEachRun() {
        let (first, second) = (OrderedFaults(), OrderedFaults())
        for faults in [first, second] { faults.order(FaultOrder(.garbage)) }
        let bytes = [UInt8](repeating: 13, count: 8)
        #expect(first.arriving(bytes)?.bytes == second.arriving(bytes)?.bytes)
        #expect(first.arriving(bytes, keeping: [13])?.bytes == bytes)
    }

    @Test func everySecondDatumIsLostAndCounted() throws {
        let faults = OrderedFaults()
        let source = FaultyDataSource(Counter(), faults)
        faults.order(FaultOrder(.drop, for: 600))
        let arrived = try (0..<10).compactMap { _ in try source.next(within: .zero) }
        #expect(arrived.count == 5 && source.lost == 5)
    }

    /// A source of numbers, as fast as they are taken.
    private final class Counter: DataSource {
        func next(within _: Duration) -> Datum? { Datum(1, at: 0) }
        func interrupt() {}
    }
}
