internal import Pickle

/// Digital lines, each an input or an output.
///
/// A change of an input is sent to clients as the pair (line, level).
public protocol DigitalIO: DataDevice {
    var lineCount: Int { get }
    func isOutput(_ line: Int) throws -> Bool
    func setOutput(_ line: Int, _ isOutput: Bool) throws
    func level(of line: Int) throws -> Bool
    func setLevel(of line: Int, _ level: Bool) throws
}

extension DigitalIO {
    private func checked(_ line: Int) throws -> Int {
        guard (0..<lineCount).contains(line) else {
            throw RemoteError.index("line \(line) does not exist, lines are 0 to \(lineCount - 1)")
        }
        return line
    }

    private func checked(_ values: [Bool]) throws -> EnumeratedSequence<[Bool]> {
        guard values.count == lineCount else {
            throw RemoteError.value("\(values.count) values for \(lineCount) lines")
        }
        return values.enumerated()
    }

    private var lines: Range<Int> { 0..<lineCount }

    /// Lines that were made inputs become inputs again, since something else may drive them.
    ///
    /// An output has the direction that the device gives it.
    ///
    /// - Parameter directions: the pairs of line and direction that a call sets.
    private func inputs(_ directions: @escaping (DecodedCall) -> [[PythonValue]]) -> Restoration {
        .notes { call, _ in
            directions(call).map { pair in
                let call = RestoredCall(.call, "set_IO_state", pair, key: pair.first)
                return pair.last.flatMap({ Bool(python: $0) }) == false ? .restore(call) : .forget(call)
            }
        }
    }

    private static func directions(_ states: PythonValue?) -> [[PythonValue]] {
        (states?.items ?? []).enumerated().map { [.int($0), $1] }
    }

    @RemoteInterfaceBuilder
    public var digitalIOMembers: [any RemoteMember] {
        deviceMembers
        dataMembers
        RemoteMethod("get_num_lines") { self.lineCount }
        RemoteMethod("get_IO_state", "line") { try self.isOutput(try self.checked($0)) }
        RemoteMethod("set_IO_state", "line", "state", restored: inputs { [$0.arguments] }) {
            try self.setOutput(try self.checked($0), $1)
        }
        RemoteMethod("get_all_IO_state") { try self.lines.map(self.isOutput) }
        RemoteMethod("set_all_IO_state", "stateArray", restored: inputs { Self.directions($0.arguments.first) }) {
            for (line, isOutput) in try self.checked($0) { try self.setOutput(line, isOutput) }
        }
        RemoteMethod("read_line", "line", reads: true) { try self.level(of: try self.checked($0)) }
        RemoteMethod("read_all_lines", reads: true) { try self.lines.map(self.level) }
        RemoteMethod("write_line", "line", "state") { try self.setLevel(of: try self.checked($0), $1) }
        // Inputs are passed over, so that what was read can be written back. The name is python-microscope's, as it is.
        RemoteMethod("write_all_lines", "ouput_array") {
            for (line, level) in try self.checked($0) where try self.isOutput(line) {
                try self.setLevel(of: line, level)
            }
        }
    }

    public var remoteMembers: [any RemoteMember] { digitalIOMembers }
}
