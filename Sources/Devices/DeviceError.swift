/// What went wrong in a device, sorted so that every client can react to it.
public struct DeviceError: Error, CustomStringConvertible {
    /// Each is an exception class of python-microscope.
    public enum Kind: Sendable, Equatable {
        /// `DeviceError`: the device refused, or answered oddly.
        case failed
        /// `IncompatibleStateError`: not in this state, such as a software trigger on a hardware trigger's line.
        case incompatibleState
        /// `DisabledDeviceError`: not while disabled.
        case disabled
        /// `InitialiseError`: not found, or could not be opened.
        case initialise
        /// `UnsupportedFeatureError`: this device cannot do that.
        case unsupported
        /// `LibraryLoadError`: the vendor's library is missing or unfit.
        case library
    }

    public let kind: Kind
    public let message: String
    /// What the driver was told by the layer below.
    public let cause: (any Error)?

    public init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
