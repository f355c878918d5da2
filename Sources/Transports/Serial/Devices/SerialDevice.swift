public import Devices

/// A device on a serial line.
///
/// What was enabled before the port was lost no longer is when it comes back: the device has been made safe.
public protocol SerialDevice: Device {
    var line: SerialLine { get }
    /// The session of the line in which the device was enabled; nil while it is not.
    var enabledSession: Int? { get set }
}

extension SerialDevice {
    public var isEnabled: Bool {
        get { enabledSession == line.session }
        set { enabledSession = newValue ? line.session : nil }
    }
}
