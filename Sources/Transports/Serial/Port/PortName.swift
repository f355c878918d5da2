public import Devices

/// Which port a device is at, as the option `port` of its driver.
///
/// - A path: `/dev/serial/by-id/usb-FTDI_…-if00-port0`, or `/dev/ttyUSB0`, which changes with the order of plugging in.
/// - `usb:SERIAL`: the USB serial number of the adapter, or of the device if it has USB itself; `usb:SERIAL:1` is the
///   interface 1 of an adapter that has several.
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
    /// Text that names no port counts as a path, which has a ``flaw``.
    public init(stringLiteral text: String) { self = PortName(text) ?? .path(text) }
}

extension PortName: CheckedOption {
    public var flaw: String? { PortName(description) == self ? nil : Self.claim(description) }

    private static func claim(_ text: String) -> String {
        "must be a path such as /dev/serial/by-id/… or usb:SERIAL (was '\(text)')"
    }
}
