public import Logging

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
