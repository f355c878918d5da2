/// What went wrong on the bus, sorted so that a driver can react to it.
public struct USBError: Error, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// Not there any more: unplugged, or switched off.
        case disconnected
        /// No answer in time.
        case timeout
        /// The device refused the request, or its endpoint is halted.
        case stalled
        /// More came than was asked for.
        case overflow
        /// This user may not use the device.
        case accessDenied
        /// Another program, or a driver of the kernel, has the device.
        case busy
        /// There is no such device, or it has no such interface.
        case notFound
        /// Anything else, such as a bad cable.
        case failed
    }

    public let kind: Kind
    /// What was asked of which device, what came of it, and what to do.
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
