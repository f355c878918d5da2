import Devices
import Pickle
import Platform
import Pyro
import Testing

@testable import Server

/// The queue, the credit and the records of a subscriber, without any connection.
@Suite struct FrameSubscriberTests {
    private func subscriber(_ wanted: [String: PythonValue], memory: Int = 1 << 20) throws -> FrameSubscriber {
        let wanted = PythonDictionary(wanted.map { (key: PythonValue.str($0.key), value: $0.value) })
        return try FrameSubscriber(
            Subscription(.dict(wanted)),
            from: "a test",
            on: nil,
            budget: FrameBudget(memory),
            generation: 0,
            isSending: true,
            hasMoreRoom: {}
        )
    }

    private func note(_ number: Int, byteCount: Int = 64) throws -> FrameNote {
        let frame = try #require(
            Frame(width: byteCount, height: 1, .uint8, pixels: Bytes([UInt8](repeating: 1, count: byteCount)))
        )
        return FrameNote(Datum(frame, at: 1), number: number, FrameConditions(), FramePools())
    }

    @Test func allHasAQueueWhoseOldestIsLost() throws {
        let subscriber = try subscriber(["policy": "all", "queue": 3])
        for number in 0..<5 { subscriber.offer(try note(number)) }
        let state = subscriber.status
        #expect((state.waiting, state.bytes, state.lost[.client], state.skipped) == (3, 3 * 64, 2, 0))
    }

    @Test func newestHasOneAndSkipsOthers() throws {
        let subscriber = try subscriber([:])
        for number in 0..<5 { subscriber.offer(try note(number)) }
        let state = subscriber.status
        #expect((state.waiting, state.lostTotal, state.skipped) == (1, 0, 4))
    }

    @Test func readyClientLosesByTheNetwork() throws {
        let subscriber = try subscriber(["policy": "all", "queue": 1])
        _ = try subscriber.take(.give(credit: 5, slots: []), 0)
        for number in 0..<4 { subscriber.offer(try note(number)) }
        #expect(subscriber.status.lost[.network] == 3)
    }

    @Test func oneAloneHoldsHalfOfTheMemory() throws {
        let subscriber = try subscriber(["policy": "all", "queue": 1000], memory: 6400)
        for number in 0..<200 { subscriber.offer(try note(number)) }
        #expect(subscriber.status.bytes == 3200)
        #expect(subscriber.budget.held == 3200)
        subscriber.leave()
        #expect(subscriber.budget.held == 0)
    }

    @Test func manyStayWithinTheLimit() throws {
        let budget = FrameBudget(100)
        var held = [Int](repeating: 0, count: 10)
        for _ in 0..<100 { for index in held.indices where budget.take(10, holding: held[index]) { held[index] += 10 } }
        // A single frame each is always allowed.
        #expect(budget.held == held.reduce(0, +))
        #expect(budget.held <= 100 + 10 * 10)
        #expect(held.allSatisfy { $0 >= 10 })
    }

    @Test func falseSlotsAreCounted() throws {
        let subscriber = try subscriber(["policy": "all"])
        _ = try subscriber.take(.give(credit: 1, slots: [1, 2, 3]), 0)
        #expect(subscriber.status.refused == 3)
        #expect(subscriber.status.bytes == 0)
    }

    @Test func creditHasABound() throws {
        let subscriber = try subscriber(["policy": "all"])
        for _ in 0..<5 { _ = try subscriber.take(.give(credit: .max, slots: []), 0) }
        #expect(subscriber.state.withLock(\.credit) == 65_536)
    }

    @Test func headerIsAsTheDocumentSays() throws {
        let subscriber = try subscriber(["policy": "all", "settings": true])
        var conditions = FrameConditions(
            exposureTime: 0.5,
            roi: ROI(left: 1, top: 2, width: 3, height: 4),
            binning: Binning(h: 2, v: 1)
        )
        conditions.note(.call, "set_setting", [.str("gain"), 3])
        let frame = try #require(Frame(width: 3, height: 2, .uint16, pixels: Bytes([UInt8](repeating: 0, count: 12))))
        var datum = Datum(frame, at: 7)
        datum.trigger = 9
        let note = FrameNote(datum, number: 5, conditions, FramePools())
        var state = FrameSubscriber.State(isWelcome: true, isDeviceSending: true, generation: 0)
        state.lose(4, at: .client)
        let place = PixelPlace(slot: 8, slotBytes: 4096, passesDescriptor: true)
        let (header, extra) = subscriber.record(note, frame, place, &state)
        let bytes = header[...]
        #expect(header.count == 192)
        #expect(Array(header[..<4]) == Array("MFRM".utf8))
        #expect(header[76..<80] == [0x3c, 0x75, 0x32, 0])
        #expect((header[104], header[105], header[106], header[107]) == (0, 3, 0, 0))
        func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) } }
        #expect([word(6) & 0xffff, word(8), word(12)] == [3, 192, UInt32(extra.count)])
        #expect([word(16), word(48), word(56), word(64), word(68), word(72)] == [5, 9, 12, 3, 2, 6])
        #expect([word(80), word(84), word(88), word(92), word(96), word(100)] == [1, 2, 3, 4, 2, 1])
        #expect([word(108), word(112), word(128), word(152), word(160)] == [8, 4096, 0, 4, 1])
        #expect(
            String(decoding: extra, as: UTF8.self) == #"{"generation": 1, "changes": [["set_setting", ["gain", 3]]]}"#
        )
        // Only once.
        #expect(subscriber.record(note, frame, place, &state).extra.isEmpty)
        #expect(state.lost.total == 0)
    }

    @Test(
        arguments: [
            ["policy": "some"], ["policy": 3], ["queue": 0], ["queue": -1], ["queue": "x"], ["hold": 0],
            ["settings": 1],
            ["compression": "zlib"], ["compress": "never"], ["name": 3], ["version": 0],
        ] as [PythonDictionary]
    )
    func wrongWishesAreRefused(_ wanted: PythonDictionary) {
        #expect(throws: FrameRefusal.self) { try Subscription(.dict(wanted)) }
    }

    @Test func wishesAreBounded() throws {
        let wanted = try Subscription(
            .dict([
                "policy": "all", "queue": .int(.max), "hold": .int(.max),
                "name": .str(String(repeating: "x\n", count: 500)),
                "compression": ["no", "zlib"], "later": 3,
            ])
        )
        #expect((wanted.queue, wanted.hold, wanted.name.count) == (4096, 1024, 64))
        #expect(!wanted.name.contains("\n") && wanted.compression == .zlib)
    }
}
