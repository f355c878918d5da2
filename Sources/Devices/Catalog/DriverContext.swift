/// The environment in which a driver opens a device, beside its own options.
public struct DriverContext: Sendable {
    /// Whether the hardware is simulated.
    public var isSimulated: Bool
    /// The name by which simulated hardware keeps its state, such as `Stage`; empty without a server.
    public var hardwareName = ""
    /// The faults that simulated hardware shows on order; nil where there are none to be ordered.
    public var faults: OrderedFaults?
    /// The log of the device.
    public var log: DeviceLog
    /// Opens the floating device with a uid.
    ///
    /// A server replaces this function; other programs try one after another.
    public var claim: @Sendable (CameraRequest, DriverContext) throws -> any OpenedCandidate = { part, context in
        try part.candidates.open(uid: part.uid, context)
    }

    /// Makes a link to another device, which needs a server.
    public var part: @Sendable (DeviceReference) throws -> any DeviceLink = { reference in
        throw DeviceError(.initialise, "\(reference) cannot be reached without a server")
    }

    public init(isSimulated: Bool = false, log: DeviceLog = DeviceLog()) {
        self.isSimulated = isSimulated
        self.log = log
    }
}

/// The messages of a driver about its device: lines for the log, and whether the device is usable.
public struct DeviceLog: Sendable {
    /// The importance of a line.
    public enum Level: Sendable {
        /// Something that people at the microscope should know.
        case info
        /// Something went wrong that may recover by itself: a device was lost.
        case warning
        /// Something went wrong that needs attention.
        case error
    }

    /// Logs a line.
    public var write: @Sendable (_ line: String, _ level: Level) -> Void
    /// Reports the problem that keeps the device from being used, for `status`; nil when it is usable again.
    ///
    /// May be called from any thread, also during a call to the device; it must not use the device itself.
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

    /// Reports that the device is not usable, and why.
    public func lost(_ line: String) {
        warning(line)
        report(line)
    }

    /// Reports that the device is usable again.
    public func back(_ line: String) {
        info(line)
        report(nil)
    }
}
