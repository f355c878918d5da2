internal import SDKCameras

/// An error of Aravis: its domain, its code and its text.
struct AravisStatus: SDKStatus, Hashable, CustomStringConvertible {
    enum Domain: Sendable { case device, feature, other }

    let domain: Domain
    let code: Int
    let text: String

    var description: String {
        let number =
            domain == .device ? "device error \(code)" : domain == .feature ? "GenICam error \(code)" : "error \(code)"
        return "\(text) (Aravis' \(number))"
    }

    /// A camera that this process has lost, until it is open again.
    static let closed = AravisStatus(domain: .device, code: 2, text: "the camera is not open")
    static let controlLost = AravisStatus(
        domain: .device,
        code: 10,
        text: "the camera is no longer controlled by this program"
    )

    /// Not connected, protocol error, transfer error, timeout, not found, not the controller.
    var isLoss: Bool { domain == .device && [2, 3, 4, 5, 6, 10].contains(code) }

    /// The camera refuses while it acquires: write-protected, denied, busy.
    var mayNeedPause: Bool { domain == .device && [15, 17, 18].contains(code) }

    /// Whether the camera does not have a feature.
    var isAbsence: Bool {
        (domain == .device && [1, 12].contains(code)) || (domain == .feature && [0, 1, 7].contains(code))
    }
}
