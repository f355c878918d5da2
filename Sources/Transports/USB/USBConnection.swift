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
