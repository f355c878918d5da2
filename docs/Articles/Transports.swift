import Transports

/// A thermometer that answers `T?` with a line such as `T 21.5`.
struct ThermometerCommands: Sendable {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n")

    /// The temperature, in degrees Celsius; a line that is not an answer to this question is skipped.
    func temperature(_ lines: LineProtocol) throws -> Double {
        try lines.ask("T?") { line in line.hasPrefix("T ") ? String(line.dropFirst(2)).number : nil }
    }
}

/// Reads the temperature once; what is said within `perform` belongs together, and other threads wait.
func read(at name: PortName) throws -> Double {
    let path = try PortFinder().path(of: name)
    let line = try SerialLine("thermometer", ThermometerCommands.format) {
        try SerialPort(path: path, settings: ThermometerCommands.port)
    } prepare: { lines, _ in
        "\(try ThermometerCommands().temperature(lines))"
    }
    defer { line.close() }
    return try line.perform(ThermometerCommands().temperature)
}
