internal import Pickle

/// A piece of hardware, whose calls block and are made by its host alone, one at a time.
///
/// What every device of a kind must do stands in extensions and is what clients reach; a driver writes the hardware's
/// part, whose names begin with `perform`.
public protocol Device: RemoteObject {
    /// Whether the device is switched on for use; starts as false. Only ``enable()`` and ``disable()`` change it.
    var isEnabled: Bool { get set }

    /// The settings, in the order in which clients shall see them. Asked for once, when the device has been opened.
    var settings: [Setting] { get }

    /// Brings the device from where opening left it into use. Called again when it is in use already.
    func performEnable() throws
    /// Takes the device out of use, or what of it an enabling that failed has left in use. It can be enabled again.
    func performDisable() throws
    /// Leaves the device safe, light off, and gives up the connection; it is not used again.
    func performShutdown() throws
    /// The devices on the wire of this one, which are shut down before it: a controller's.
    var subdevices: [any Device] { get }
    /// What a client asks for with `initialize`; drivers initialise when they open, so few have anything to do here.
    func performInitialize() throws
}

extension Device {
    public var settings: [Setting] { [] }
    public var subdevices: [any Device] { [] }
    public func performEnable() throws {}
    public func performDisable() throws {}
    public func performShutdown() throws {}
    public func performInitialize() throws {}

    /// Puts the device to use, or throws what the driver throws and leaves it disabled.
    public func enable() throws {
        do {
            try performEnable()
            isEnabled = true
        } catch {
            isEnabled = false
            throw error
        }
    }

    /// Takes the device out of use.
    ///
    /// The hardware is told even if it should not be in use: off has to mean off.
    public func disable() throws {
        try performDisable()
        isEnabled = false
    }

    /// Disables the device and all on its wire, and gives up the hardware; a step that fails does not stop the others.
    public func shutdown() throws {
        var failure: (any Error)?
        func attempt(_ step: () throws -> Void) {
            do { try step() } catch { failure = failure ?? error }
        }
        for device in subdevices { attempt(device.shutdown) }
        attempt(disable)
        isEnabled = false
        attempt(performShutdown)
        if let failure { throw failure }
    }

    /// The rows of every device.
    @RemoteInterfaceBuilder
    public var deviceMembers: [any RemoteMember] {
        RemoteMethod("get_is_enabled") { self.isEnabled }
        // An attribute of the object in Python, and read by programs that run beside the device there.
        RemoteProperty("enabled", get: { self.isEnabled })
        // Of what was enabled only sources of data are enabled again: nothing may move or shine by itself.
        let isRestored = self is any DataDevice && !(self is any LightSource)
        RemoteMethod("enable", restored: .enabling(isRestored: isRestored), call: enable)
        RemoteMethod("disable", restored: .disabling, call: disable)
        RemoteMethod("initialize", call: performInitialize)
        RemoteMethod("shutdown", restored: .disabling, call: shutdown)
    }

    public var remoteMembers: [any RemoteMember] { deviceMembers }
}

/// A device that tells only when it is open which one it is: clients can ask it, by `get_id`.
public protocol FloatingDevice: Device {
    /// What the device is known by wherever it is plugged in: its serial number.
    var uid: String { get }
}

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
