import Pickle
import Testing

@testable import Server

@Suite struct DeviceMemoryTests {
    private func note(
        _ memory: inout DeviceMemory,
        _ method: String,
        _ arguments: [PythonValue] = [],
        on object: String = "Device",
        comesBackEnabled: Bool = true
    ) {
        let call = DeviceMemory.Call(object: object, method: method, arguments: arguments)
        _ = memory.note(call, comesBackEnabled: comesBackEnabled)
    }

    @Test func ofCallsThatReplaceEachOtherTheLastIsKeptInItsPlace() {
        var memory = DeviceMemory()
        note(&memory, "set_exposure_time", [0.1])
        note(&memory, "set_setting", ["gain", 1])
        note(&memory, "set_setting", ["fan", 2])
        note(&memory, "set_exposure_time", [0.2])
        note(&memory, "set_setting", ["gain", 3])
        #expect(memory.calls.map(\.method) == ["set_setting", "set_exposure_time", "set_setting"])
        #expect(memory.calls.map(\.arguments) == [["fan", 2], [0.2], ["gain", 3]])
    }

    @Test func theSameOnceMoreIsNothingNew() {
        var memory = DeviceMemory()
        let exposure = DeviceMemory.Call(object: "Camera", method: "set_exposure_time", arguments: [0.1])
        let enabling = DeviceMemory.Call(object: "Camera", method: "enable", arguments: [])
        let news = [exposure, exposure, enabling, enabling, exposure].map { memory.note($0, comesBackEnabled: true) }
        #expect(news == [true, false, true, false, true])
        note(&memory, "disable", on: "Camera")
        let isNewAgain = memory.note(enabling, comesBackEnabled: true)
        #expect(isNewAgain)
        #expect(memory.disabled.isEmpty)
    }

    @Test func objectsAreKeptApart() {
        var memory = DeviceMemory()
        note(&memory, "set_roi", [1], on: "A")
        note(&memory, "set_roi", [2], on: "B")
        #expect(memory.calls.map(\.object) == ["A", "B"])
    }

    @Test func whatIsDisabledIsNotEnabledAgain() {
        var memory = DeviceMemory()
        note(&memory, "enable")
        #expect(memory.calls.map(\.method) == ["enable"])
        note(&memory, "disable")
        #expect(memory.calls.isEmpty)
    }

    @Test func whatMayMoveOrShineIsNotEnabledAgain() {
        var memory = DeviceMemory()
        note(&memory, "enable", comesBackEnabled: false)
        #expect(memory.calls.isEmpty)
    }

    @Test(arguments: ["move_to", "move_by", "set_position", "trigger", "set_client", "grab_next_data"])
    func nothingThatMovesOrTriggersIsKept(method: String) {
        var memory = DeviceMemory()
        note(&memory, method, [1])
        #expect(memory.calls.isEmpty)
    }

    @Test func linesThatAreInputsStaySo() {
        var memory = DeviceMemory()
        note(&memory, "set_IO_state", [0, false])
        note(&memory, "set_IO_state", [1, 0])
        note(&memory, "set_IO_state", [2, true])
        note(&memory, "set_IO_state", [0, true])
        #expect(memory.calls.map(\.arguments) == [[1, 0]])
    }

    @Test func attributesAreKeptIfTheyNeitherMoveNorShine() {
        var memory = DeviceMemory()
        note(&memory, "shuttering_mode", ["rolling"])
        note(&memory, "shuttering_mode", ["global"])
        note(&memory, "power", [0.5])
        note(&memory, "position", [1])
        #expect(memory.calls.map(\.arguments) == [["global"]])
        #expect(memory.calls.first?.isOfAttribute == true)
    }

    @Test func memoriesTravel() {
        var memory = DeviceMemory()
        note(&memory, "set_setting", ["gain", 1.5])
        memory.setClients(of: "Device", to: ["PYRO:a@b:1", "PYRO:c@d:2"])
        #expect(DeviceMemory(memory.value) == memory)
        #expect(DeviceMemory(.list([])) == DeviceMemory())
    }
}
