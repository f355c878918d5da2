internal import Devices
internal import Threads

/// Whether the device that is in use is still plugged in, as the bus tells; and tells the log.
final class USBPresence: Sendable {
    private struct State: Sendable {
        var device: USBDeviceInfo?
        var hasLeft = false
    }

    private let state = Monitor(State())
    private let name: String
    private let log: DeviceLog

    init(_ name: String, log: DeviceLog) {
        self.name = name
        self.log = log
    }

    /// The device that is in use, or was.
    var last: USBDeviceInfo? { state.withLock { $0.device } }

    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    func take(_ device: USBDeviceInfo) { state.withLock { $0 = State(device: device) } }

    @Sendable func note(_ event: USBEvent) {
        // Told with the lock held, so that what comes last is told last.
        state.withLock { state in
            guard let device = state.device else { return }
            switch event {
            case .left(let info):
                guard !state.hasLeft, info.isSamePlugging(as: device) else { return }
                state.hasLeft = true
                log.lost("\(name) has been unplugged: \(device)")
            case .arrived(let info):
                guard state.hasLeft else { return }
                log.back("\(name) is plugged in at USB port \(info.port), and opened when it is used")
            }
        }
    }
}
