import Devices
import Pickle
import Testing

struct SettingListTests {
    /// A device that records the order in which its settings were written, and refuses on demand.
    private final class Box {
        var values = ["a": 1, "b": 2, "c": 3]
        var written: [String] = []
        var refuses: String?
        var unreadable: Set<String> = []
        /// Which have no value as long as the device is as it is.
        var meaningless: Set<String> = []
        var locked: String?
        var reports: [String] = []

        func setting(_ name: String) -> Setting {
            Setting(name, in: 0...9, get: { try self.read(name) }, set: { try self.write(name, $0) }) {
                self.locked == name
            }
        }

        private func read(_ name: String) throws -> Int {
            guard !meaningless.contains(name) else { throw DeviceError(.incompatibleState, "no such thing now") }
            guard !unreadable.contains(name), let value = values[name] else { throw DeviceError(.failed, "not now") }
            return value
        }

        private func write(_ name: String, _ value: Int) throws {
            guard refuses != name else { throw DeviceError(.failed, "refused") }
            written.append(name)
            values[name] = value
        }
    }

    private let box = Box()

    private var list: SettingList {
        SettingList(["a", "b", "c"].map(box.setting)) { [box] in box.reports.append($0) }
    }

    private var rows: RemoteInterface { RemoteInterface(of: "Box") { list.remoteMembers } }

    @Test func listsAllValuesInTheOrderOfTheDriver() throws {
        #expect(list.all().pairs.map(\.key) == ["a", "b", "c"])
        #expect(list.all() == ["a": 1, "b": 2, "c": 3])
    }

    @Test func givesNoneForAValueThatCannotBeReadAndReportsIt() {
        box.unreadable = ["b"]
        #expect(list.all() == ["a": 1, "b": .none, "c": 3])
        #expect(box.reports == ["setting 'b' could not be read: not now"])
    }

    @Test func reportsAllThatCannotBeReadInOneLine() {
        box.unreadable = ["a", "c"]
        #expect(list.all() == ["a": .none, "b": 2, "c": .none])
        #expect(box.reports == ["2 settings could not be read: a, c; the first: not now"])
    }

    @Test func reportsNothingOfWhatHasNoValueNow() {
        box.meaningless = ["b"]
        #expect(list.all() == ["a": 1, "b": .none, "c": 3])
        #expect(box.reports.isEmpty)
    }

    @Test func describesAllAsPairsOfNameAndDescription() throws {
        let descriptions = try ["a", "b", "c"].map { name in
            PythonValue.tuple([.str(name), try rows.call("describe_setting", .str(name))])
        }
        #expect(try rows.call("describe_settings") == .list(descriptions))
    }

    @Test(arguments: [.none, .int(1), .float(1.5), .tuple([])] as [PythonValue])
    func whatIsNoNameIsUnknown(key: PythonValue) {
        #expect(throws: RemoteError.noKey(key)) { try rows.call("get_setting", key) }
        #expect(throws: RemoteError.noKey(key)) { try rows.call("set_setting", key, 1) }
        #expect(throws: RemoteError.noKey(key)) { try rows.call("describe_setting", key) }
        #expect(throws: RemoteError.type("unhashable type: 'list'")) { try rows.call("get_setting", .list([])) }
    }

    @Test func unknownNamesAreKeyErrors() {
        #expect(throws: SettingError.unknown("z")) { try rows.call("get_setting", "z") }
        #expect(throws: SettingError.unknown("z")) { try rows.call("set_setting", "z", 1) }
        #expect(throws: SettingError.unknown("z")) { try rows.call("describe_setting", "z") }
    }

    @Test func updateWritesWhatDiffersInTheOrderOfTheDriver() throws {
        let result = try list.update(["c": 7, "b": 2, "a": 5], isComplete: false)
        #expect(box.written == ["a", "c"])
        #expect(result == ["a": 5, "c": 7])
        #expect(result.pairs.map(\.key) == ["a", "c"])
    }

    @Test func updateDoesNotWriteAnEqualValueOfAnotherType() throws {
        #expect(try list.update(["a": 1.0], isComplete: false).isEmpty)
        #expect(box.written.isEmpty)
    }

    @Test func updateWritesNothingIfOneValueIsWrong() {
        #expect(throws: SettingError.outOfRange("c", 99, allowed: .tuple([0, 9]))) {
            try list.update(["a": 5, "c": 99], isComplete: false)
        }
        #expect(box.written.isEmpty)
    }

    @Test func updatePutsBackWhatItWroteWhenTheDeviceRefuses() {
        box.refuses = "c"
        #expect(throws: DeviceError.self) { try list.update(["a": 5, "b": 6, "c": 7], isComplete: false) }
        #expect(box.written == ["a", "b", "b", "a"])
        #expect(box.values == ["a": 1, "b": 2, "c": 3])
    }

    @Test func updatePutsBackAValueThatClientsCouldNotChoose() {
        box.values["a"] = 42
        box.refuses = "c"
        #expect(throws: DeviceError.self) { try list.update(["a": 5, "c": 7], isComplete: false) }
        #expect(box.values["a"] == 42)
        #expect(box.reports.isEmpty)
    }

    @Test func updatePassesOverReadOnlyAndUnknownSettings() throws {
        box.locked = "a"
        let result = try list.update(["a": 5, "b": 6, "z": 1], isComplete: false)
        #expect(result == ["b": 6])
        #expect(box.values["a"] == 1)
    }

    @Test func updateTakesBackAllValuesAlsoOfWhatCouldNotBeRead() throws {
        box.unreadable = ["b"]
        #expect(try list.update(list.all(), isComplete: false).isEmpty)
        #expect(box.written.isEmpty)
    }

    @Test func completeUpdateNamesWhatIsMissing() {
        #expect(throws: SettingError.missing(["a", "c"])) { try list.update(["b": 1], isComplete: true) }
    }

    @Test func completeUpdateWritesAlsoWhatIsTheSame() throws {
        box.values["b"] = 42
        let result = try list.update(["a": 1, "b": 42, "c": 4], isComplete: true)
        #expect(box.written == ["a", "b", "c"])
        #expect(result == ["a": 1, "b": 42, "c": 4])
    }

    @Test func updateIsComplaintFreeByItsPythonName() throws {
        #expect(try rows.call("update_settings", .dict(["a": 4])) == .dict(["a": 4]))
        #expect(try rows.call("update_settings", by: ["incoming": .dict(["a": 5]), "init": false]) == .dict(["a": 5]))
        #expect(try rows.call("update_settings", by: ["settings": .dict(["a": 6])]) == .dict(["a": 6]))
    }

    @Test func clientsCannotAddSettings() {
        #expect(throws: RemoteError.self) { try rows.call("add_setting", "x", "int") }
    }
}
