internal import Pickle

/// A piece of hardware, whose calls block and are made by its host alone, one at a time.
///
/// The behaviour that all devices of a kind share is in extensions, which clients reach; a driver implements the
/// hardware's part, in methods whose names begin with `perform`.
public protocol Device: RemoteObject {
    /// Whether the device is enabled; starts as false. Only ``enable()`` and ``disable()`` change it.
    var isEnabled: Bool { get set }

    /// The settings, in the order in which clients see them. Read once, when the device has been opened.
    var settings: [Setting] { get }

    /// Enables the device. Also called when the device is enabled already.
    func performEnable() throws
    /// Disables the device, also after enabling has failed. It can be enabled again.
    func performDisable() throws
    /// Makes the device safe, light off, and closes the connection; the device is not used again.
    func performShutdown() throws
    /// The devices on the wire of a controller, which are shut down before it.
    var subdevices: [any Device] { get }
    /// The implementation of `initialize`. Drivers initialise when they open, so few do anything here.
    func performInitialize() throws
}

extension Device {
    public var settings: [Setting] { [] }
    public var subdevices: [any Device] { [] }
    public func performEnable() throws {}
    public func performDisable() throws {}
    public func performShutdown() throws {}
    public func performInitialize() throws {}

    /// Enables the device, or throws the driver's error and leaves it disabled.
    public func enable() throws {
        do {
            try performEnable()
            isEnabled = true
        } catch {
            isEnabled = false
            throw error
        }
    }

    /// Disables the device.
    ///
    /// The command is sent even if the device should be disabled already: off has to mean off.
    public func disable() throws {
        try performDisable()
        isEnabled = false
    }

    /// Disables the device and all devices on its wire, and closes the hardware.
    ///
    /// A step that fails does not stop the others.
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
        // An attribute of the object in Python, which programs in the same process read.
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

/// A device whose identity is known only after opening.
///
/// Clients read it with `get_id`.
public protocol FloatingDevice: Device {
    /// The identifier of the device wherever it is plugged in: its serial number.
    var uid: String { get }
}

/// An error of a device, with a kind to which clients can react.
public struct DeviceError: Error, CustomStringConvertible {
    /// The exception class of python-microscope that clients get.
    public enum Kind: Sendable, Equatable {
        /// `DeviceError`: the device refused, or gave an unexpected answer.
        case failed
        /// `IncompatibleStateError`: not in this state, such as a software trigger while hardware triggers are set.
        case incompatibleState
        /// `DisabledDeviceError`: not while disabled.
        case disabled
        /// `InitialiseError`: not found, or could not be opened.
        case initialise
        /// `UnsupportedFeatureError`: not supported by this device.
        case unsupported
        /// `LibraryLoadError`: the vendor's library is missing or unsuitable.
        case library
    }

    public let kind: Kind
    public let message: String
    /// The error of the layer below.
    public let cause: (any Error)?

    public init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
