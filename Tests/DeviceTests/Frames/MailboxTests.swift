import Devices
import Pickle
import Platform
import Testing

struct MailboxTests {
    private let mailbox = Mailbox(capacity: 3)

    private func put(_ values: Int...) {
        for value in values { mailbox.put(Datum(.int(value), at: Double(value))) }
    }

    private func next() throws -> PythonValue? {
        guard case .value(let value)? = try mailbox.next(within: .zero)?.content else { return nil }
        return value
    }

    @Test func givesWhatWasPutInOrder() throws {
        put(1, 2)
        #expect(try next() == 1)
        #expect(try next() == 2)
        #expect(try next() == nil)
        #expect(mailbox.lost == 0)
    }

    @Test func losesTheOldestWhenFullAndCountsThem() throws {
        put(1, 2, 3, 4, 5)
        #expect(mailbox.lost == 2)
        #expect(try next() == 3)
        #expect(try next() == 4)
        #expect(try next() == 5)
    }

    @Test func throwsAnErrorInItsTurnAndOnce() throws {
        put(1)
        mailbox.put(failure: DeviceError(.failed, "dark"))
        put(2)
        #expect(try next() == 1)
        #expect(throws: DeviceError.self) { try next() }
        #expect(try next() == 2)
    }

    @Test func forgetsWhatWaits() throws {
        put(1, 2)
        mailbox.empty()
        #expect(try next() == nil)
    }

    @Test func interruptionEndsOneWait() throws {
        mailbox.interrupt()
        let begin = ContinuousClock.now
        #expect(try mailbox.next(within: .seconds(60)) == nil)
        #expect(ContinuousClock.now - begin < .seconds(30))
        put(1)
        #expect(try next() == 1)
    }

    @Test func waitsForAsLongAsItMay() throws {
        let begin = ContinuousClock.now
        #expect(try mailbox.next(within: .milliseconds(5)) == nil)
        #expect(ContinuousClock.now - begin >= .milliseconds(5))
    }

    @Test func wakesWhoWaits() throws {
        let mailbox = mailbox
        let received = Lock<PythonValue?>(nil)
        let reader = try BlockingThread.start("reader") {
            guard case .value(let value)? = try? mailbox.next(within: .seconds(60))?.content else { return }
            received.update { $0 = value }
        }
        put(7)
        #expect(received.wait(within: .seconds(30)) { $0 } == 7)
        #expect(reader.join(within: .seconds(30)))
    }
}
