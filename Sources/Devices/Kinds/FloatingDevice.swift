/// A device that tells only when it is open which one it is: clients can ask it, by `get_id`.
public protocol FloatingDevice: Device {
    /// What the device is known by wherever it is plugged in: its serial number.
    var uid: String { get }
}
