extension SerialLine {
    /// How to open a port: looked for by its name each time.
    public static func port(
        _ name: PortName,
        _ settings: PortSettings,
        finder: PortFinder = PortFinder()
    ) -> @Sendable () throws -> any ByteStream {
        { try SerialPort(path: try finder.path(of: name), settings: settings) }
    }
}
