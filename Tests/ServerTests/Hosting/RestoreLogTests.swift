import Devices
import Pickle
import Testing

@testable import Server

@Suite struct RestoreLogTests {
    private func call(_ member: String, _ arguments: [PythonValue] = [], key: PythonValue? = nil) -> RestoredCall {
        RestoredCall(.call, member, arguments, key: key)
    }

    @Test func ofCallsThatReplaceEachOtherTheLastIsKeptInItsPlace() {
        var memory = RestoreLog()
        let calls = [
            call("set_exposure_time", [0.1]), call("set_setting", ["gain", 1], key: "gain"),
            call("set_setting", ["fan", 2], key: "fan"), call("set_exposure_time", [0.2]),
            call("set_setting", ["gain", 3], key: "gain"),
        ]
        for call in calls { _ = memory.note([.restore(call)], of: "Device") }
        #expect(memory.calls.map(\.call.arguments) == [["fan", 2], [0.2], ["gain", 3]])
    }

    @Test func repeatingTheLastCallChangesNothing() {
        var memory = RestoreLog()
        let (exposure, enabling) = (call("set_exposure_time", [0.1]), call("enable"))
        let notes: [RestoreNote] = [
            .restore(exposure), .restore(exposure), .enabled(by: enabling), .enabled(by: enabling), .restore(exposure),
        ]
        let changes = notes.map { memory.note([$0], of: "Camera") }
        #expect(changes == [true, false, true, false, true])
        _ = memory.note([.disabled], of: "Camera")
        let isChanged = memory.note([.enabled(by: enabling)], of: "Camera")
        #expect(isChanged)
        #expect(memory.disabled.isEmpty)
    }

    @Test func objectsAreKeptApart() {
        var memory = RestoreLog()
        _ = memory.note([.restore(call("set_roi", [1]))], of: "A")
        _ = memory.note([.restore(call("set_roi", [2]))], of: "B")
        #expect(memory.calls.map(\.object) == ["A", "B"])
        #expect(memory.settings(of: "B") == [call("set_roi", [2])])
    }

    @Test func disablingEndsEnabling() {
        var memory = RestoreLog()
        _ = memory.note([.enabled(by: call("enable"))], of: "Device")
        #expect(memory.calls.map(\.call.member) == ["enable"] && memory.settings(of: "Device").isEmpty)
        _ = memory.note([.disabled], of: "Device")
        #expect(memory.calls.isEmpty && memory.disabled == ["Device"])
    }

    @Test func enablingByAClientEndsBeingDisabledByOne() {
        var memory = RestoreLog()
        _ = memory.note([.disabled, .enabled(by: nil)], of: "Stage")
        #expect(memory.disabled.isEmpty && memory.calls.isEmpty)
    }

    @Test func forgettingRemovesTheCallOfOneKeyOnly() {
        var memory = RestoreLog()
        for line in [0, 1] as [PythonValue] {
            _ = memory.note([.restore(call("set_IO_state", [line, false], key: line))], of: "Lines")
        }
        _ = memory.note([.forget(call("set_IO_state", [0, true], key: 0))], of: "Lines")
        #expect(memory.calls.map(\.call.arguments) == [[1, false]])
    }

    @Test func logsTravel() {
        var memory = RestoreLog()
        let notes: [RestoreNote] = [
            .restore(call("set_setting", ["gain", 1.5], key: "gain")), .restore(RestoredCall(.set, "power", [0.5])),
            .enabled(by: call("enable")),
        ]
        _ = memory.note(notes, of: "Device")
        _ = memory.note([.disabled], of: "Other")
        memory.setClients(of: "Device", to: ["PYRO:a@b:1", "PYRO:c@d:2"])
        #expect(RestoreLog(memory.value) == memory)
        #expect(RestoreLog(.list([])) == RestoreLog())
    }
}
