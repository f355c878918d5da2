public import Devices

/// The port of a device, as the option `port` of its driver names it.
///
/// - A path: `/dev/serial/by-id/usb-FTDI_…-if00-port0`, or `/dev/ttyUSB0`, which depends on the order of plugging in.
/// - `usb:SERIAL`: the USB serial number of the adapter, or of a device with USB itself; `usb:SERIAL:1` is interface 1
///   of an adapter with several.
public enum PortName: Sendable, Hashable {
    case path(String)
    case usb(serial: String, interface: Int?)

    public init?(_ text: String) {
        if text.hasPrefix("/"), text.count > 1 {
            self = .path(text)
            return
        }
        guard text.hasPrefix("usb:") else { return nil }
        let parts = text.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
        guard let serial = parts.first, !serial.isEmpty, parts.count <= 2 else { return nil }
        guard parts.count == 2 else {
            self = .usb(serial: String(serial), interface: nil)
            return
        }
        guard let interface = Int(parts[1]), (0...255).contains(interface) else { return nil }
        self = .usb(serial: String(serial), interface: interface)
    }
}

extension PortName: CustomStringConvertible {
    public var description: String {
        switch self {
        case .path(let path): path
        case .usb(let serial, let interface): "usb:\(serial)" + (interface.map { ":\($0)" } ?? "")
        }
    }
}

extension PortName: Decodable {
    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let name = PortName(text) else {
            throw decoder.invalid(Self.claim(text))
        }
        self = name
    }
}

extension PortName: ExpressibleByStringInterpolation {
    /// Text that does not name a port counts as a path, which has a ``flaw``.
    public init(stringLiteral text: String) { self = PortName(text) ?? .path(text) }
}

extension PortName: CheckedOption {
    public var flaw: String? { PortName(description) == self ? nil : Self.claim(description) }

    private static func claim(_ text: String) -> String {
        "must be a path such as /dev/serial/by-id/… or usb:SERIAL (was '\(text)')"
    }
}

/// A finder of the device file of a port.
///
/// It searches each time, since the file may change when a port is plugged in.
public struct PortFinder: Sendable {
    private let list: @Sendable () throws(SerialError) -> [USBSerialPort]

    /// - Parameter list: lists the ports that are present now.
    public init(_ list: @escaping @Sendable () throws(SerialError) -> [USBSerialPort] = USBSerialPort.all) {
        self.list = list
    }

    /// The USB ports that are present now.
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
            let known = others.isEmpty ? "no USB port has one" : "known: \(others.joined(separator: ", "))"
            throw .cannotOpen("no port has the USB serial number \(serial); \(known)")
        }
    }
}
