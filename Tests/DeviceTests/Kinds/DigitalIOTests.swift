import Devices
import Pickle
import Testing

struct DigitalIOTests {
    private final class ScriptedLines: DigitalIO {
        var isEnabled = false
        let dataSource: any DataSource = Mailbox()
        let lineCount = 3
        var outputs = [true, false, true]
        var levels = [false, false, false]

        func abort() {}
        func isOutput(_ line: Int) -> Bool { outputs[line] }
        func setOutput(_ line: Int, _ isOutput: Bool) { outputs[line] = isOutput }
        func level(of line: Int) -> Bool { levels[line] }
        func setLevel(of line: Int, _ level: Bool) { levels[line] = level }
    }

    private let lines = ScriptedLines()

    @Test func writingAllLinesPassesOverInputs() throws {
        try lines.interface.call("write_all_lines", [true, true, true])
        #expect(lines.levels == [true, false, true])
        #expect(try lines.interface.call("read_all_lines") == [true, false, true])
        try lines.interface.call("write_all_lines", by: ["ouput_array": [false, true, true]])
        #expect(lines.levels == [false, false, true])
    }

    @Test func linesAreReadWrittenAndTurnedByNumber() throws {
        try lines.interface.call("write_line", 2, true)
        #expect(try lines.interface.call("read_line", 2) == true)
        try lines.interface.call("set_IO_state", 2, false)
        #expect(try lines.interface.call("get_IO_state", 2) == false)
        try lines.interface.call("set_all_IO_state", [false, true, true])
        #expect(try lines.interface.call("get_all_IO_state") == [false, true, true])
        #expect(try lines.interface.call("get_num_lines") == 3)
    }

    @Test(arguments: [-1, 3, .max]) func linesThatAreNotThereAreIndexErrors(line: Int) {
        let error = RemoteError.index("line \(line) does not exist, lines are 0 to 2")
        for method in ["read_line", "get_IO_state"] {
            #expect(throws: error) { try lines.interface.call(method, .int(line)) }
        }
        for method in ["write_line", "set_IO_state"] {
            #expect(throws: error) { try lines.interface.call(method, .int(line), true) }
        }
    }

    @Test(arguments: ["write_all_lines", "set_all_IO_state"]) func allLinesNeedAsManyValues(method: String) {
        #expect(throws: RemoteError.value("2 values for 3 lines")) { try lines.interface.call(method, [true, true]) }
        #expect(lines.levels == [false, false, false])
    }
}
