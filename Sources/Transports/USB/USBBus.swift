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

/// One interface of a device, opened for one owner at a time: the real device, a simulation, or a recording of one.
///
/// Calls block, each for no longer than its limit, and are made by one thread at a time.
public protocol USBConnection: AnyObject {
    var device: USBDeviceInfo { get }
    var interface: USBInterface { get }

    /// Asks the control endpoint for data.
    ///
    /// - Parameter length: how many bytes to ask for; fewer may come.
    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8]
    /// Sends data to the control endpoint.
    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError)
    /// Waits for data of an interrupt or bulk endpoint.
    ///
    /// - Parameter length: how much to ask for, which is best a multiple of the endpoint's packets.
    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8]
    /// Sends data to an interrupt or bulk endpoint.
    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError)
    /// Lets an endpoint that has stalled go on.
    func clearHalt(_ endpoint: USBEndpoint) throws(USBError)
    /// Gives the device up, and lets the kernel's driver have it back if it had it. Harmless when done again.
    func close()
}

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
