/// What a driver is told when it opens a device, beside its own options.
public struct DriverContext: Sendable {
    /// Whether to talk to a simulation of the hardware.
    public var isSimulated: Bool
    /// Takes what people should know.
    public var log: DeviceLog
    /// Opens the floating device with a uid; a server has its own way, and other programs try one after another.
    public var claim: @Sendable (FloatingPart, DriverContext) throws -> any FloatingClaim = { part, context in
        try part.candidates.open(uid: part.uid, context)
    }

    /// Reaches another device; without a server there is none to be reached.
    public var part: @Sendable (DeviceReference) throws -> any PartLink = { reference in
        throw DeviceError(.initialise, "\(reference) cannot be reached without a server")
    }

    public init(isSimulated: Bool = false, log: DeviceLog = DeviceLog()) {
        self.isSimulated = isSimulated
        self.log = log
    }
}
