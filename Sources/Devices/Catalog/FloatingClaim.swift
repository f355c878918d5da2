/// A device that was opened to learn which one it is, and that nobody else can open as long as it is not released.
public protocol FloatingClaim: AnyObject, Sendable {
    /// What the device is known by wherever it is plugged in: its serial number.
    var uid: String { get }
    /// What else is known of it once it is open: `model`, `firmware`.
    var details: [String: String] { get }
    /// Closes it, for other processes to open.
    func release()
}

extension FloatingClaim {
    public var details: [String: String] { [:] }
}
