internal import Devices
internal import Pickle

/// The contracts of every digital I/O.
///
/// Only lines that are outputs are driven: another device may drive an input.
enum DigitalIOContracts {
    static let all = [
        Contract.members(
            of: (any DigitalIO).self,
            "a digital I/O",
            methods: [
                "get_IO_state", "get_all_IO_state", "get_num_lines", "read_all_lines", "read_line", "set_IO_state",
                "set_all_IO_state", "write_all_lines", "write_line",
            ]
        ),
        Contract("a digital I/O reports the direction and the level of each line", tellsAllLines),
        Contract("a digital I/O refuses lines that it does not have", refusesOtherLines),
        Contract(
            "a digital I/O's outputs can be made inputs and outputs again, or say that they cannot",
            effects: [.output],
            changesDirections
        ),
        Contract("a digital I/O's outputs keep the level that was written", effects: [.output], keepsLevels),
        Contract("a digital I/O's lines are written and read together", effects: [.output], writesAllLines),
        Contract("a digital I/O sends changes as a line and its level", enables: true, sendsChanges),
    ]

    private static func outputs(of device: any DigitalIO) throws -> [Int] {
        let outputs = try device.outputs
        if outputs.isEmpty { throw NotTried("none of its lines is an output") }
        return outputs
    }

    private static func tellsAllLines(device: any DigitalIO, trial: Trial) throws {
        let client = trial.client
        trial.expect("get_num_lines()", try client.call("get_num_lines"), is: .int(device.lineCount))
        let directions = try device.lines.map { try client.call("get_IO_state", .int($0)) }
        trial.expect("get_all_IO_state()", try client.call("get_all_IO_state"), is: .list(directions))
        // Inputs may change in between.
        let levels = try device.outputs.map { try client.call("read_line", .int($0)) }
        trial.expect("outputs in read_all_lines()", try outputLevels(of: device, trial), is: levels)
    }

    private static func outputLevels(of device: any DigitalIO, _ trial: Trial) throws -> [PythonValue] {
        guard case .list(let levels) = try trial.client.call("read_all_lines"), levels.count == device.lines.count
        else {
            throw DeviceError(.failed, "read_all_lines() is not a list of all lines")
        }
        return try device.outputs.map { levels[$0] }
    }

    private static func refusesOtherLines(device: any DigitalIO, trial: Trial) throws {
        let client = trial.client
        let (directions, levels) = (try client.call("get_all_IO_state"), try outputLevels(of: device, trial))
        for line in [-1, device.lineCount, .max] {
            for method in ["get_IO_state", "read_line"] {
                trial.expect("\(method)(\(line))", isRefusedBy: .index) { try client.call(method, .int(line)) }
            }
            for method in ["set_IO_state", "write_line"] {
                trial.expect("\(method)(\(line))", isRefusedBy: .index) { try client.call(method, .int(line), true) }
            }
        }
        let tooMany = PythonValue.list(Array(repeating: true, count: device.lines.count + 1))
        for method in ["set_all_IO_state", "write_all_lines"] {
            trial.expect("\(method) of too many", isRefusedBy: .value) { try client.call(method, tooMany) }
        }
        trial.expect("directions after what was refused", try client.call("get_all_IO_state"), is: directions)
        trial.expect("levels after what was refused", try outputLevels(of: device, trial), is: levels)
    }

    private static func changesDirections(device: any DigitalIO, trial: Trial) throws {
        let client = trial.client
        let all = try client.call("get_all_IO_state")
        for line in try outputs(of: device) {
            for isOutput in [false, true] {
                // A line with a fixed direction refuses to become an input.
                var expected = isOutput
                do { try client.call("set_IO_state", .int(line), .bool(isOutput)) } catch let error as DeviceError {
                    guard error.kind == .unsupported, !isOutput else { throw error }
                    expected = true
                }
                trial.expect("get_IO_state(\(line))", try client.call("get_IO_state", .int(line)), is: .bool(expected))
            }
        }
        try client.call("set_all_IO_state", all)
        trial.expect("get_all_IO_state()", try client.call("get_all_IO_state"), is: all)
    }

    private static func keepsLevels(device: any DigitalIO, trial: Trial) throws {
        let client = trial.client
        for line in try outputs(of: device) {
            for level in [true, false] {
                try client.call("write_line", .int(line), .bool(level))
                trial.expect("read_line(\(line))", try client.call("read_line", .int(line)), is: .bool(level))
            }
        }
    }

    private static func writesAllLines(device: any DigitalIO, trial: Trial) throws {
        let outputs = try outputs(of: device)
        for level in [true, false] {
            let all = PythonValue.list(Array(repeating: .bool(level), count: device.lines.count))
            try trial.client.call("write_all_lines", all)
            let expected = Array(repeating: PythonValue.bool(level), count: outputs.count)
            trial.expect("outputs in read_all_lines()", try outputLevels(of: device, trial), is: expected)
        }
    }

    private static func sendsChanges(device: any DigitalIO, trial: Trial) throws {
        try device.enable()
        guard let datum = try device.dataSource.next(within: .milliseconds(300)) else {
            throw NotTried("no line changed by itself")
        }
        guard case .value(.tuple(let pair)) = datum.content, pair.count == 2, case .bool = pair[1],
            let line = Int(python: pair[0])
        else { return trial.violate("the datum is not a pair of line and level") }
        if !device.lines.contains(line) { trial.violate("a change of line \(line) was sent, which does not exist") }
    }
}

extension DigitalIO {
    fileprivate var lines: Range<Int> { 0..<max(0, lineCount) }
    fileprivate var outputs: [Int] { get throws { try lines.filter { try isOutput($0) } } }
}
