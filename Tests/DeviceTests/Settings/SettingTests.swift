import Devices
import Pickle
import Testing

struct SettingTests {
    private final class Lamp {
        var gain = 3
        var level = 0.5
        var isBlinking = false
        var label = "red"
        var colour = Colour.green
        var socket = ListedChoice(8)
        var area = ROI(left: 0, top: 0, width: 4, height: 4)
    }

    private enum Colour: Int, SettingChoice {
        case red = 1
        case green
        case darkBlue = 7

        var label: String { self == .darkBlue ? "dark blue" : "\(self)" }
    }

    private let lamp = Lamp()

    private var settings: [Setting] {
        [
            Setting("gain", of: lamp, \.gain, in: 0...8192),
            Setting("level", of: lamp, \.level, in: 0...1),
            Setting("is blinking", of: lamp, \.isBlinking),
            Setting("label", of: lamp, \.label, in: 4),
            Setting("colour", of: lamp, \.colour),
            Setting("socket", of: lamp, \.socket, in: ListedChoices([(0, "A"), (8, "B")])),
            Setting("area", of: lamp, \.area, in: Anything()),
        ]
    }

    private func setting(_ name: String) throws -> Setting { try SettingList(settings).find(name) }

    @Test(
        arguments: [
            ("gain", "int", [0, 8192]),
            ("level", "float", [0.0, 1.0]),
            ("is blinking", "bool", .none),
            ("label", "str", 4),
            ("colour", "enum", .list([.tuple([1, "red"]), .tuple([2, "green"]), .tuple([7, "dark blue"])])),
            ("socket", "enum", .list([.tuple([0, "A"]), .tuple([8, "B"])])),
            ("area", "tuple", .none),
        ] as [(String, String, PythonValue)]
    )
    func isDescribedAsClientsExpectItsType(name: String, type: String, values: PythonValue) throws {
        // Limits are a tuple, which a literal does not write.
        let limits: PythonValue = if case .list(let pair) = values, type != "enum" { .tuple(pair) } else { values }
        let expected: PythonDictionary = ["type": .str(type), "values": limits, "readonly": false, "cached": false]
        let description = try setting(name).describe()
        #expect(description == .dict(expected))
        guard case .dict(let dictionary) = description else { return }
        #expect(dictionary.pairs.map(\.key) == ["type", "values", "readonly", "cached"])
    }

    @Test(
        arguments: [
            ("gain", 8192, 8192),
            ("gain", 7.0, 7),
            ("gain", .scalar(NDArray(.uint8, shape: [], data: [9])!), 9),
            ("level", 1, 1.0),
            ("is blinking", 1, true),
            ("label", "blue", "blue"),
            ("colour", 7, 7),
            ("colour", .enumMember(PythonClass("cam", "Colour"), 1), 1),
            ("socket", 0, 0),
            ("area", .tuple([1, 2, 3, 4]), ROI(left: 1, top: 2, width: 3, height: 4).python),
        ] as [(String, PythonValue, PythonValue)]
    )
    func takesWhatPythonSendsForItsType(name: String, sent: PythonValue, kept: PythonValue) throws {
        let setting = try setting(name)
        try setting.set(sent)
        #expect(try setting.get() == kept)
    }

    @Test(
        arguments: [
            ("gain", -1), ("gain", 8193), ("level", 1.5), ("level", .float(.nan)), ("label", "green"), ("colour", 3),
            ("socket", 1),
        ] as [(String, PythonValue)]
    )
    func refusesValuesOutOfItsLimits(name: String, value: PythonValue) throws {
        let setting = try setting(name)
        let before = try setting.get()
        #expect(throws: SettingError.self) { try setting.set(value) }
        do { try setting.set(value) } catch SettingError.outOfRange(let place, let refused, _) {
            #expect(place == name)
            // Not equal to itself, but printed as the same.
            #expect("\(refused)" == "\(value)")
        }
        #expect(try setting.get() == before)
    }

    @Test(
        arguments: [
            ("gain", "high"), ("gain", 1.5), ("gain", .none), ("level", "half"), ("label", 3),
            ("area", .tuple([1, 2, 3])),
        ] as [(String, PythonValue)]
    )
    func refusesValuesOfAnotherType(name: String, value: PythonValue) throws {
        let setting = try setting(name)
        do {
            try setting.set(value)
            Issue.record("took \(value)")
        } catch SettingError.wrongType(let place, _, let got) {
            #expect(place == name)
            #expect(got == value.typeName)
        }
    }

    @Test func withoutASetterIsReadOnly() throws {
        let setting = Setting("temperature", in: -300...300, get: { 21.5 })
        #expect(setting.isReadOnly)
        #expect(throws: SettingError.readOnly("temperature")) { try setting.set(20.0) }
        #expect(try setting.get() == 21.5)
    }

    @Test func isReadOnlyForAsLongAsTheDeviceSays() throws {
        var isRunning = true
        var gain = 1
        let setting = Setting("gain", in: 0...9, get: { gain }, set: { gain = $0 }, isReadOnly: { isRunning })
        #expect(
            try setting.describe()
                == .dict(["type": "int", "values": .tuple([0, 9]), "readonly": true, "cached": false])
        )
        #expect(throws: SettingError.readOnly("gain")) { try setting.set(5) }
        isRunning = false
        try setting.set(5)
        #expect(gain == 5)
    }

    @Test func thatCannotBeReadRemembersWhatWasWritten() throws {
        var written: [Int] = []
        let setting = Setting(writeOnly: "mode", in: 0...9, set: { written.append($0) })
        #expect(try setting.get() == .none)
        try setting.set(4)
        #expect(written == [4])
        #expect(try setting.get() == 4)
        #expect(
            try setting.describe()
                == .dict(["type": "int", "values": .tuple([0, 9]), "readonly": false, "cached": true])
        )
    }

    @Test func thatCannotBeReadKeepsTheOldValueWhenTheDeviceRefuses() throws {
        let setting = Setting(writeOnly: "mode", in: 0...9) { (mode: Int) in
            if mode > 5 { throw DeviceError(.failed, "no") }
        }
        try setting.set(4)
        #expect(throws: DeviceError.self) { try setting.set(6) }
        #expect(try setting.get() == 4)
    }

    @Test func asksForItsLimitsEachTime() throws {
        var highest = 10
        var gain = 0
        let setting = Setting("gain", in: 0...highest, get: { gain }, set: { gain = $0 })
        #expect(throws: SettingError.outOfRange("gain", 11, allowed: .tuple([0, 10]))) { try setting.set(11) }
        highest = 20
        try setting.set(11)
        #expect(gain == 11)
    }
}
