/// A bus that devices are plugged into: the computer's USB, or a simulation of it.
public protocol USBBus: AnyObject, Sendable {
    /// The devices of these kinds that are plugged in, in the order of their ports.
    func devices(_ kinds: [USBKind]) throws(USBError) -> [USBDeviceInfo]

    /// Opens a device and claims one of its interfaces, from the kernel's driver if necessary.
    func open(_ device: USBDeviceInfo, interface: UInt8) throws(USBError) -> any USBConnection

    /// Reports devices of these kinds as they come and go, for as long as the bus exists.
    ///
    /// - Parameter handler: called on a thread of the bus, where it must not use the bus.
    func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) throws(USBError)
}

/// A device that has come or gone.
public enum USBEvent: Sendable, Equatable {
    case arrived(USBDeviceInfo)
    case left(USBDeviceInfo)
}

/// An open interface of a device, with one owner at a time: the real device, a simulation, or a recording of one.
///
/// Each call blocks for no longer than its limit. One thread at a time makes calls.
public protocol USBConnection: AnyObject {
    var device: USBDeviceInfo { get }
    var interface: USBInterface { get }

    /// Reads data from the control endpoint.
    ///
    /// - Parameter length: the number of bytes to ask for; fewer may come.
    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8]
    /// Sends data to the control endpoint.
    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError)
    /// Waits for data from an interrupt or bulk endpoint.
    ///
    /// - Parameter length: the number of bytes to ask for, preferably a multiple of the endpoint's packet size.
    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8]
    /// Sends data to an interrupt or bulk endpoint.
    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError)
    /// Clears the stall of an endpoint.
    func clearHalt(_ endpoint: USBEndpoint) throws(USBError)
    /// Releases the device and returns it to the kernel's driver if that had it. May be called again.
    func close()
}

/// An error on the bus, sorted so that a driver can react to it.
public struct USBError: Error, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// Gone: unplugged or switched off.
        case disconnected
        /// No answer in time.
        case timeout
        /// The device refused the request, or its endpoint is halted.
        case stalled
        /// More bytes came than were asked for.
        case overflow
        /// This user may not use the device.
        case accessDenied
        /// Another program or a kernel driver has the device.
        case busy
        /// The device does not exist, or lacks the interface.
        case notFound
        /// Anything else, such as a bad cable.
        case failed
    }

    public let kind: Kind
    /// The device, the request, the result, and the remedy.
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
