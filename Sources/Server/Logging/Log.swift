internal import Glibc
public import Logging

/// The log of one device, or of the server itself: lines on standard error and in a file of its own.
///
/// Made where it is needed and handed on; nothing is registered with swift-log's global system.
public struct Log: Sendable {
    /// What everybody writes to.
    public let logger: Logger
    private let writer: LogWriter

    /// - Parameter name: Whose lines they are, which also names the file.
    public init(name: String, options: LogOptions = LogOptions()) {
        self.init(name: name, options: options, standardError: STDERR_FILENO, clock: LogTime.now)
    }

    init(
        name: String,
        options: LogOptions,
        standardError: CInt,
        clock: @escaping @Sendable () -> LogTime
    ) {
        let file = options.directory.map { directory in
            LogFile(
                directory: directory,
                name: name,
                maximumSize: options.maximumSize,
                keptFiles: options.keptFiles
            )
        }
        let writer = LogWriter(name: name, file: file, standardError: standardError, clock: clock)
        self.writer = writer
        logger = Logger(label: name) { _ in LineHandler(writer: writer, logLevel: options.level) }
    }

    /// Writes what is held back, before the process ends.
    public func flush() { writer.flush() }
}
