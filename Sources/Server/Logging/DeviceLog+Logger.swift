internal import Devices
internal import Logging

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
