/// How the devices of a driver are attached, for programs that look what is there without opening it.
public enum Attachment: Sendable, Hashable {
    /// On USB.
    ///
    /// - Parameters:
    ///   - kinds: vendor and product in hexadecimal, `03c3:1f01`; `136e` is any product of a vendor's.
    ///   - serial: the serial number of the one that is meant; nil if the options name none.
    ///   - port: its port as the kernel writes it, `1-4.2`; nil if the options name none.
    case usb(kinds: [String], serial: String? = nil, port: String? = nil)
    /// At a serial port: a path, or `usb:SERIAL`; nil if the options name none.
    case serialPort(String?)
}
