public import Devices
internal import Transports

/// What a device at a serial port answered when it was asked as one of a driver's.
public struct Question: Sendable {
    public let port: String
    public let driver: String
    /// The serial number that it told; nil if it told none.
    public let serial: String?
    /// Why it was not asked, or gave no answer.
    public let problem: String?

    /// Asks a port, unless somebody has it.
    ///
    /// - Parameters:
    ///   - port: a path, or `usb:SERIAL`.
    ///   - driver: what the device is thought to be.
    public init(_ port: String, _ driver: any ConfigurableDriver, _ inventory: Inventory, on machine: Machine) {
        self.port = port
        self.driver = driver.name
        do throws(Refusal) {
            guard let ask = driver.ask else { throw Refusal("\(driver.name) has nothing to ask at a serial port") }
            let path = try Self.path(port, inventory, machine)
            do { serial = try ask(path) } catch { throw Refusal("\(error)") }
            problem = nil
        } catch { (serial, problem) = (nil, error.reason) }
    }

    private static func path(
        _ text: String,
        _ inventory: Inventory,
        _ machine: Machine
    ) throws(Refusal) -> String {
        guard let name = PortName(text) else {
            throw Refusal("'\(text)' is no path such as /dev/ttyUSB0 nor usb:SERIAL")
        }
        if let port = inventory.ports.first(where: { $0.is(name) }), let use = inventory.use(port.holders) {
            throw Refusal("\(port.path) is held by \(use), and was left alone")
        }
        do { return try machine.ports.path(of: name) } catch { throw Refusal("\(error)") }
    }
}

private struct Refusal: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
