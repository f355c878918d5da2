import Devices
import FilterWheels
import Pickle
import Testing

struct ClarityTests {
    private func setting(_ name: String, of wheel: any FilterWheel) throws -> Setting {
        try SettingList(wheel.settings).find(name)
    }

    @Test func settingsMoveTheDiskAndSwitchTheLamp() throws {
        let plugged = try TestMake.clarity.plugged()
        let (sectioning, lamp) = (
            try setting("sectioning", of: plugged.wheel), try setting("calibration", of: plugged.wheel)
        )
        #expect(try sectioning.get() == .int(0))
        #expect(try lamp.get() == .bool(false))
        try lamp.set(.bool(true))
        #expect(try lamp.get() == .bool(true))
        try sectioning.set(.int(3))
        #expect(try setting("sectioning", of: plugged.wheel).key(for: "high") == .int(3))
        #expect(try sectioning.get() == .int(3))
        #expect(throws: SettingError.self) { try sectioning.set(.int(4)) }
    }

    @Test func answersToWhatPythonMicroscopesClassAnswersTo() throws {
        let plugged = try TestMake.clarity.plugged()
        let interface = RemoteInterface(of: plugged.wheel.typeName) { plugged.wheel.remoteMembers }
        #expect(plugged.wheel.typeName == "Clarity")
        #expect(try interface.call("get_id", CallArguments()).value == "12345678")
        guard case .pending(let completion) = try interface.call("set_slide_position", CallArguments([2])) else {
            Issue.record("a move of the disk is over at once")
            return
        }
        try TestMake.PluggedWheel.finish(completion)
        #expect(try interface.call("get_slide_position", CallArguments()).value == 2)
        guard case .dict(let status)? = try interface.call("get_status", CallArguments()).value else {
            Issue.record("the status is not a dictionary")
            return
        }
        #expect(status["filter"] == 0 && status["slide"] == 2 && status["on"] == true && status["serial"] == "12345678")
        #expect(throws: RemoteError.self) { try interface.call("set_slide_position", CallArguments([4])) }
    }
}

extension Outcome {
    fileprivate var value: PythonValue? { if case .value(let value) = self { value } else { nil } }
}
