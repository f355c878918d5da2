/// What a driver is told when it opens a device, beside its own options.
public struct DriverContext: Sendable {
    /// Whether to talk to a simulation of the hardware.
    public var isSimulated: Bool
    /// Takes what people should know.
    public var log: DeviceLog
    /// Opens the floating device with a uid; a server has its own way, and other programs try one after another.
    public var claim: @Sendable (CameraRequest, DriverContext) throws -> any OpenedCandidate = { part, context in
        try part.candidates.open(uid: part.uid, context)
    }

    /// Reaches another device; without a server there is none to be reached.
    public var part: @Sendable (DeviceReference) throws -> any DeviceLink = { reference in
        throw DeviceError(.initialise, "\(reference) cannot be reached without a server")
    }

    public init(isSimulated: Bool = false, log: DeviceLog = DeviceLog()) {
        self.isSimulated = isSimulated
        self.log = log
    }
}

/// What a driver tells people about its device: lines for the log, and whether the device can be used now.
public struct DeviceLog: Sendable {
    /// How much a line matters.
    public enum Level: Sendable {
        /// What somebody at the microscope should know.
        case info
        /// Something went wrong, and may mend itself: a device was lost.
        case warning
        /// Something went wrong that somebody must mend.
        case error
    }

    /// Takes a line.
    public var write: @Sendable (_ line: String, _ level: Level) -> Void
    /// Takes what keeps the device from being used, for whoever asks how it is; nil once it can be used again.
    ///
    /// Called from any thread, also in the middle of a call to the device, which it must not use itself.
    public var report: @Sendable (_ problem: String?) -> Void

    public init(
        write: @escaping @Sendable (_ line: String, _ level: Level) -> Void = { _, _ in },
        report: @escaping @Sendable (_ problem: String?) -> Void = { _ in }
    ) {
        (self.write, self.report) = (write, report)
    }

    public func info(_ line: String) { write(line, .info) }
    public func warning(_ line: String) { write(line, .warning) }
    public func error(_ line: String) { write(line, .error) }

    /// Says that the device cannot be used now, and why.
    public func lost(_ line: String) {
        warning(line)
        report(line)
    }

    /// Says that the device can be used again.
    public func back(_ line: String) {
        info(line)
        report(nil)
    }
}
