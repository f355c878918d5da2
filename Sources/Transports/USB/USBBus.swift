/// Where devices are plugged in: the computer's USB, or a simulation of it.
public protocol USBBus: AnyObject, Sendable {
    /// Those that are plugged in and of one of these kinds, in the order of their ports.
    func devices(_ kinds: [USBKind]) throws(USBError) -> [USBDeviceInfo]

    /// Opens a device and takes one of its interfaces, from the kernel's driver if that has it.
    func open(_ device: USBDeviceInfo, interface: UInt8) throws(USBError) -> any USBConnection

    /// Tells of devices of these kinds as they come and go, for as long as the bus exists.
    ///
    /// - Parameter handler: called on a thread of the bus, where it must not use the bus.
    func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) throws(USBError)
}

/// A device has come or gone.
public enum USBEvent: Sendable, Equatable {
    case arrived(USBDeviceInfo)
    case left(USBDeviceInfo)
}
