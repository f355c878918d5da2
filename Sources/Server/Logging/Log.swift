internal import Devices
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

/// What is logged and where it is kept.
public struct LogOptions: Sendable, Hashable {
    /// Where each device gets a file of its own; nil logs to standard error only.
    public var directory: String?
    /// The least that is worth a line.
    public var level = Logger.Level.info
    /// The bytes after which a file is put aside and a new one is begun.
    public var maximumSize = 10 << 20
    /// How many files that were put aside are kept.
    public var keptFiles = 5

    public init() {}

    init(directory: String?, level: Logger.Level, maximumSize: Int, keptFiles: Int) {
        self.directory = directory
        self.level = level
        self.maximumSize = maximumSize
        self.keptFiles = keptFiles
    }
}

/// Turns the events of a logger into lines.
struct LineHandler: LogHandler {
    let writer: LogWriter
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(writer: LogWriter, logLevel: Logger.Level) {
        self.writer = writer
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // What is nearest to the call has the last word.
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        writer.write(event.level, "\(event.message)", all)
    }
}

extension DeviceLog {
    /// The lines of a device among the others of a log.
    init(_ log: Logger) { self.init(write: { line, level in log.log(level: level.loggerLevel, "\(line)") }) }
}

extension DeviceLog.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

/// A line as it is written: `2026-11-23T09:41:48.570 INFO RedCamera[25675]: armed frames=10`.
struct LogLine {
    let text: String

    init(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata = [:],
        name: String,
        process: pid_t,
        time: LogTime
    ) {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0)=\("\($1)".asWord)" }.joined()
        let head = "\(time.text) \(level.rawValue.uppercased()) \(name)[\(process)]: "
        text = head + (message + pairs).indented + "\n"
    }
}

extension String {
    /// In quotes unless it is one word, so that the end of each value is plain to see.
    fileprivate var asWord: String {
        guard isEmpty || contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return self }
        return "\"\(replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
    }

    /// With lines after the first set in, so that none passes for one of the log, and nothing that a terminal obeys.
    fileprivate var indented: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\n    "
            case "\t": text += "\t"
            case _ where scalar.properties.generalCategory == .control: text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// A moment of the wall clock, to the millisecond.
public struct LogTime: Sendable, Hashable {
    var millisecondsSince1970: Int

    init(millisecondsSince1970: Int) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// - Parameter seconds: since 1970; what is no time of ours counts as the beginning.
    public init(secondsSince1970 seconds: Double) {
        millisecondsSince1970 = Int(exactly: (seconds * 1000).rounded(.down)) ?? 0
    }

    static func now() -> LogTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(millisecondsSince1970: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// Local time: `2026-11-23T09:41:48.570`.
    public var text: String {
        var seconds = time_t(millisecondsSince1970 / 1000)
        let clock = unsafe String(unsafeUninitializedCapacity: 64) { buffer in
            var parts = unsafe tm()
            unsafe localtime_r(&seconds, &parts)
            return unsafe strftime(buffer.baseAddress, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        }
        return "\(clock).\(String(millisecondsSince1970 % 1000 + 1000).dropFirst())"
    }
}
