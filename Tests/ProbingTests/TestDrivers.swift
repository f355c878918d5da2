import Devices
import FilterWheels
import Lasers
import Synchronization

/// A camera whose serial number is known only after opening.
final class TestClaim: OpenedCandidate {
    let uid: String
    let details: [String: String]
    private let open: OpenClaims

    init(_ uid: String, _ details: [String: String], _ open: OpenClaims) {
        (self.uid, self.details, self.open) = (uid, details, open)
        open.count.add(1, ordering: .relaxed)
    }

    func release() { open.count.subtract(1, ordering: .relaxed) }
}

/// The number of open cameras.
final class OpenClaims: Sendable {
    let count = Atomic<Int>(0)
}

enum TestDrivers {
    /// The drivers of devices on USB and at serial ports, and one of cameras: the first is free, another is held.
    static let all = DriverCatalog(FilterWheels.drivers + Lasers.drivers + [cameras()])

    /// - Parameter library: throws when the vendor's library cannot be used.
    static func cameras(
        count: Int = 3,
        model: String = "ZYLA-5.5-USB3",
        open: OpenClaims = OpenClaims(),
        library: @escaping @Sendable () throws -> Void = {}
    ) -> any ConfigurableDriver {
        FloatingDriver<NoOptions>(
            "andor-sdk3",
            "simulated cameras",
            count: { _, _ in
                try library()
                return count
            },
            open: { index, _, _ -> Candidate<TestClaim> in
                switch index {
                case 0: .opened(TestClaim("VSC-1", ["model": model, "firmware": "15.6.8"], open))
                case 1: .heldElsewhere
                default: throw DeviceError(.initialise, "AT_Open of camera \(index)")
                }
            },
            device: { (_: TestClaim, _, _) -> TestDevice in throw DeviceError(.failed, "is not opened in these tests")
            },
            attachment: .usb(kinds: ["136e"])
        )
    }
}

final class TestDevice: Device {
    var remoteMembers: [any RemoteMember] { [] }
    var isEnabled = false
}
