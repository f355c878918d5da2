import Devices
import Pickle
import Platform
import Testing

@testable import Server

@Suite struct OutboxTests {
    private func memory(_ value: Int) -> RestoreLog {
        var memory = RestoreLog()
        _ = memory.note([.restore(RestoredCall(.call, "set_setting", ["gain", .int(value)]))], of: "Camera")
        return memory
    }

    @Test func whatIsRememberedHasArrivedWhenTheCallReturns() throws {
        let (ours, childs) = try ControlChannel.pair()
        let outbox = try Outbox(ControlChannel(descriptor: childs))
        outbox.remember(memory(1))
        guard case .memory(let arrived)? = try ours.receive() else {
            Issue.record("nothing arrived")
            return
        }
        #expect(arrived == memory(1))
    }

    /// More than fits into the sockets: the one who sets must not wait, and in the end the latest is what arrives.
    @Test func aSupervisorThatDoesNotReadHoldsUpNobody() throws {
        let (ours, childs) = try ControlChannel.pair()
        let outbox = try Outbox(ControlChannel(descriptor: childs))
        for value in 0..<20_000 { outbox.remember(memory(value)) }
        outbox.answer()
        outbox.answer()
        var (last, reports, memories) = (RestoreLog(), 0, 0)
        while reports == 0 {
            switch try ours.receive() {
            case .memory(let memory)?: (last, memories) = (memory, memories + 1)
            case .report?: reports += 1
            default: Issue.record("something else arrived")
            }
        }
        #expect(last == memory(19_999))
        #expect(memories < 20_000)
        outbox.send(.failed("end"))
        guard case .failed("end")? = try ours.receive() else {
            Issue.record("a second report")
            return
        }
    }
}
