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
        let file = options.directory.map { LogFile(in: $0, named: name, options) }
        let writer = LogWriter(name: name, file: file, standardError: standardError, clock: clock)
        self.writer = writer
        logger = Logger(label: name) { _ in LineHandler(writer: writer, logLevel: options.level) }
    }

    /// What is said here of a definition, for this log and for the definition's file, where there are files.
    ///
    /// - Parameter beginning: the first line of the file alone.
    func logger(alsoFor definition: String, options: LogOptions, beginning: String) -> Logger {
        guard let directory = options.directory else { return logger }
        let file = LogFile(in: directory, named: definition, options)
        // Nothing goes to standard error twice.
        let copy = LogWriter(name: logger.label, file: file, standardError: -1, clock: LogTime.now)
        copy.write(.notice, beginning, [:])
        return Logger(label: logger.label) { [writer] _ in
            MultiplexLogHandler([writer, copy].map { LineHandler(writer: $0, logLevel: options.level) })
        }
    }

    /// Writes what is held back, before the process ends.
    public func flush() { writer.flush() }
}

extension LogFile {
    fileprivate init(in directory: String, named name: String, _ options: LogOptions) {
        self.init(
            directory: directory,
            name: name,
            maximumSize: options.maximumSize,
            keptFiles: options.keptFiles
        )
    }
}
