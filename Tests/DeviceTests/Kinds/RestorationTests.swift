import Devices
import Pickle
import Testing

/// The calls that the rows of each kind leave to be made again on a device that was opened anew.
struct RestorationTests {
    private func notes(
        _ device: any Device,
        _ method: String,
        _ arguments: [PythonValue] = [],
        by keywords: PythonDictionary = [:]
    ) throws -> [RestoreNote] {
        let interface = device.interface
        let call = try interface.decoder.call(method, CallArguments(arguments, keywords: keywords))
        guard case .value(let result) = try interface.perform(call) else { return [] }
        return interface.notes(after: call, returning: result)
    }

    private func settings(_ pairs: [(PythonValue, PythonValue)]) -> [RestoreNote] {
        pairs.map { .restore(RestoredCall(.call, "set_setting", [$0, $1], key: $0)) }
    }

    @Test func namedArgumentsAreKeptInTheOrderOfTheParameters() throws {
        let camera = ScriptedCamera()
        let expected = [RestoreNote.restore(RestoredCall(.call, "set_roi", [.tuple([1, 2, 3, 4])]))]
        #expect(try notes(camera, "set_roi", by: ["roi": .tuple([1, 2, 3, 4])]) == expected)
        let trigger = RestoredCall(.call, "set_trigger", [TriggerType.software.python, TriggerMode.once.python])
        let byName: PythonDictionary = ["tmode": TriggerMode.once.python, "ttype": TriggerType.software.python]
        #expect(try notes(camera, "set_trigger", by: byName) == [.restore(trigger)])
    }

    @Test(arguments: ["get_roi", "trigger", "abort", "get_all_settings"])
    func callsThatReadOrTriggerAreNotRestored(method: String) throws {
        let camera = ScriptedCamera()
        try camera.enable()
        #expect(try notes(camera, method) == [])
    }

    @Test(arguments: ["", "incoming", "settings"]) func updatedSettingsAreRestoredSingly(name: String) throws {
        let device = SwitchedDevice()
        let values: PythonDictionary = ["gain": 3, "lamp": true, "unknown": 1]
        let found =
            name.isEmpty
            ? try notes(device, "update_settings", [.dict(values)])
            : try notes(device, "update_settings", by: PythonDictionary([(.str(name), .dict(values))]))
        #expect(found == settings([("gain", 3)]))
    }

    @Test func aSettingThatSwitchesLightOnIsNotRestored() throws {
        #expect(try notes(SwitchedDevice(), "set_setting", ["lamp", true]) == [])
        #expect(try notes(SwitchedDevice(), "set_setting", ["gain", 4]) == settings([("gain", 4)]))
    }

    @Test func onlySourcesOfDataAreEnabledAgain() throws {
        #expect(try notes(ScriptedCamera(), "enable") == [.enabled(by: RestoredCall(.call, "enable", []))])
        #expect(try notes(SwitchedDevice(), "enable") == [.enabled(by: nil)])
        #expect(try notes(ScriptedCamera(), "disable") == [.disabled])
    }

    @Test func linesBecomeInputsAgainAndOutputsAreForgotten() throws {
        func note(_ line: Int, _ isOutput: Bool) -> RestoreNote {
            let call = RestoredCall(.call, "set_IO_state", [.int(line), .bool(isOutput)], key: .int(line))
            return isOutput ? .forget(call) : .restore(call)
        }
        #expect(try notes(Lines(), "set_IO_state", [1, false]) == [note(1, false)])
        #expect(try notes(Lines(), "set_IO_state", by: ["state": true, "line": 1]) == [note(1, true)])
        for states in [PythonValue.list([true, false]), .tuple([true, false])] {
            #expect(try notes(Lines(), "set_all_IO_state", [states]) == [note(0, true), note(1, false)])
        }
    }

    @Test func theLastPatternOfAMirrorIsRestored() throws {
        let mirror = ScriptedMirror()
        let (first, second) = ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])
        let queue = try #require(NDArray(first + second, shape: [2, 3]))
        #expect(try notes(mirror, "queue_patterns", [.array(queue)]) == [])
        for (method, pattern) in [("trigger", first), ("next_pattern", second)] {
            let array = try #require(NDArray(pattern, shape: [3]))
            let expected = RestoredCall(.call, "apply_pattern", [.array(array)])
            #expect(try notes(mirror, method) == [.restore(expected)])
        }
    }

    @Test func thePowerOfALightIsRestored() throws {
        let light = Lamp()
        let interface = light.interface
        let call = try interface.decoder.setting("power", to: 0.25)
        _ = try interface.perform(call)
        #expect(light.setPoint == 0.25)
        let expected = RestoreNote.restore(RestoredCall(.set, "power", [0.25]))
        #expect(interface.notes(after: call, returning: .none) == [expected])
    }
}

private final class Lamp: LightSource, OnlyTriggersBulbOnSoftware {
    var isEnabled = false
    var setPoint = 0.0
    let isOn = false
    var measuredPower: Double { setPoint }
    let status = ["cold"]

    func performSetPower(_: Double) {}
}

/// A device with a setting that switches a lamp on, and another setting.
private final class SwitchedDevice: Device {
    var isEnabled = false
    private var isOn = false
    private var gain = 0

    var settings: [Setting] {
        [
            Setting("lamp", in: Anything(), get: { self.isOn }, set: { self.isOn = $0 }).notRestored(),
            Setting("gain", in: 0...10, get: { self.gain }, set: { self.gain = $0 }),
        ]
    }
}

private final class Lines: DigitalIO {
    var isEnabled = false
    let dataSource: any DataSource = Mailbox()
    let lineCount = 2

    func abort() {}
    func isOutput(_: Int) -> Bool { true }
    func setOutput(_: Int, _: Bool) {}
    func level(of _: Int) -> Bool { false }
    func setLevel(of _: Int, _: Bool) {}
}
