internal import Devices
internal import Glibc
public import Logging
internal import Platform

/// The log of one device, or of the server itself: lines on standard error and in a file of its own.
///
/// A log is made where it is needed and passed on; nothing is registered with swift-log's global system.
public struct Log: Sendable {
    /// The logger to write to.
    public let logger: Logger
    private let writer: LogWriter

    /// - Parameter name: the name of the device in each line, which also names the file.
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

    /// A logger of lines on one definition, which go to this log and to the definition's file, if there are files.
    ///
    /// - Parameter beginning: a first line for the file alone.
    func logger(alsoFor definition: String, options: LogOptions, beginning: String) -> Logger {
        guard let directory = options.directory else { return logger }
        let file = LogFile(in: directory, named: definition, options)
        // Lines go to standard error once.
        let copy = LogWriter(name: logger.label, file: file, standardError: -1, clock: LogTime.now)
        copy.write(.notice, beginning, [:])
        return Logger(label: logger.label) { [writer] _ in
            MultiplexLogHandler([writer, copy].map { LineHandler(writer: $0, logLevel: options.level) })
        }
    }

    /// Writes lines that were held back, for the end of the process.
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

/// The options of logging.
public struct LogOptions: Sendable, Hashable {
    /// The directory with a file for each device; nil logs to standard error only.
    public var directory: String?
    /// The minimum level.
    public var level = Logger.Level.info
    /// The size in bytes at which a file is rotated.
    public var maximumSize = 10 << 20
    /// The number of rotated files to keep.
    public var keptFiles = 5

    public init() {}

    init(directory: String?, level: Logger.Level, maximumSize: Int, keptFiles: Int) {
        self.directory = directory
        self.level = level
        self.maximumSize = maximumSize
        self.keptFiles = keptFiles
    }
}

/// A handler that turns log events into lines.
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
        // Metadata nearest to the call wins.
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        writer.write(event.level, "\(event.message)", all)
    }
}

extension DeviceLog {
    /// A device's lines, written to a logger.
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

/// A line of the log: `2026-11-23T09:41:48.570 INFO RedCamera[25675]: armed frames=10`.
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
    /// The value, in quotes unless it is a single word, so that its end is visible.
    fileprivate var asWord: String {
        guard isEmpty || contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return self }
        return "\"\(replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
    }

    /// The text with later lines indented, so that none looks like a log line, and with control characters escaped.
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

    /// - Parameter seconds: since 1970; a value out of range counts as 0.
    public init(secondsSince1970 seconds: Double) {
        millisecondsSince1970 = Int(exactly: (seconds * 1000).rounded(.down)) ?? 0
    }

    static func now() -> LogTime {
        LogTime(millisecondsSince1970: WallClock.milliseconds)
    }

    /// Local time: `2026-11-23T09:41:48.570`.
    public var text: String {
        var seconds = time_t(millisecondsSince1970 / 1000)
        let clock = unsafe String(unsafeUninitializedCapacity: 64) { buffer in
            var parts = unsafe tm()
            unsafe localtime_r(&seconds, &parts)
            // The C library of Debian 13 takes no null pointer here.
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe strftime(start, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        }
        return "\(clock).\(String(millisecondsSince1970 % 1000 + 1000).dropFirst())"
    }
}
