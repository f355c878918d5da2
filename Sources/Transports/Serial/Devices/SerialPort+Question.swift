extension SerialPort {
    /// What opens a port, by its path, asks what is there for its serial number, and gives the port up again.
    ///
    /// - Parameter identify: the question, which changes nothing.
    public static func question(
        _ settings: PortSettings,
        _ format: LineFormat,
        _ identify: @escaping @Sendable (LineProtocol) throws -> String
    ) -> @Sendable (String) throws -> String {
        { path in
            let lines = LineProtocol(try SerialPort(path: path, settings: settings), format)
            defer { lines.close() }
            return try identify(lines)
        }
    }
}
