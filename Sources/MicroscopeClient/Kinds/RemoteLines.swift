internal import Devices
internal import Pickle

/// Digital lines, each an input or an output.
public struct RemoteDigitalIO: RemoteDataDevice {
    public static let kind = RemoteKind.digitalIO
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var lineCount: Int { get async throws { try await connection.call("get_num_lines", as: Int.self) } }

    public func isOutput(_ line: Int) async throws -> Bool {
        try await connection.call("get_IO_state", .int(line), as: Bool.self)
    }

    public func setOutput(_ line: Int, _ isOutput: Bool) async throws {
        try await connection.call("set_IO_state", .int(line), .bool(isOutput))
    }

    /// The direction of each line: true for an output.
    public var outputs: [Bool] { get async throws { try await connection.call("get_all_IO_state", as: [Bool].self) } }

    public func setOutputs(_ outputs: [Bool]) async throws {
        try await connection.call("set_all_IO_state", outputs.python)
    }

    public func level(of line: Int) async throws -> Bool {
        try await connection.call("read_line", .int(line), as: Bool.self)
    }

    public func setLevel(of line: Int, _ level: Bool) async throws {
        try await connection.call("write_line", .int(line), .bool(level))
    }

    public var levels: [Bool] { get async throws { try await connection.call("read_all_lines", as: [Bool].self) } }

    /// Sets the levels of the outputs; values for inputs are ignored.
    public func setLevels(_ levels: [Bool]) async throws {
        try await connection.call("write_all_lines", levels.python)
    }

    /// A change of an input.
    public struct Change: Sendable, Hashable {
        public let line: Int
        public let level: Bool
    }

    /// The changes of inputs, from now on.
    public func changes(keeping capacity: Int = 1000) async throws -> Arrivals<Change> {
        try await arrivals(keeping: capacity) { value in
            guard let pair = value.items, pair.count == 2, let line = Int(python: pair[0]),
                let level = Bool(python: pair[1])
            else { return nil }
            return Change(line: line, level: level)
        }
    }
}

/// A value logger: sensors whose readings arrive as lists of numbers, one for each sensor.
public struct RemoteValueLogger: RemoteDataDevice {
    public static let kind = RemoteKind.valueLogger
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var sensorCount: Int { get async throws { try await connection.call("get_num_sensors", as: Int.self) } }
    /// The latest readings.
    public var values: [Double] { get async throws { try await connection.call("getValues", as: [Double].self) } }

    /// The readings from now on; they arrive while the device is enabled.
    public func readings(keeping capacity: Int = 1000) async throws -> Arrivals<[Double]> {
        try await arrivals(keeping: capacity) { [Double](python: $0) }
    }
}
