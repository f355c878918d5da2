/// Finds the device file of a port, anew each time, since it is another one after each plugging in.
public struct PortFinder: Sendable {
    private let list: @Sendable () throws(SerialError) -> [USBSerialPort]

    /// - Parameter list: tells which ports there are now.
    public init(_ list: @escaping @Sendable () throws(SerialError) -> [USBSerialPort] = USBSerialPort.all) {
        self.list = list
    }

    /// The ports on USB that are there now.
    public var ports: [USBSerialPort] { get throws(SerialError) { try list() } }

    public func path(of name: PortName) throws(SerialError) -> String {
        switch name {
        case .path(let path): return path
        case .usb(let serial, let interface):
            let ports = try ports
            let found = ports.filter { $0.isCalled(serial) && (interface == nil || $0.interface == interface) }
            if let port = found.first, found.count == 1 { return port.node }
            guard found.isEmpty else {
                let choices = found.map { "\($0.node) is usb:\(serial):\($0.interface.map(String.init) ?? "?")" }
                throw .cannotOpen(
                    "\(found.count) ports have the USB serial number \(serial): \(choices.joined(separator: ", "))"
                )
            }
            let others = Set(ports.compactMap(\.serial)).sorted()
            let known = others.isEmpty ? "no USB port has one" : "those there are: \(others.joined(separator: ", "))"
            throw .cannotOpen("there is no port with the USB serial number \(serial); \(known)")
        }
    }
}
