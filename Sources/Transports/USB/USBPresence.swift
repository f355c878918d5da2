internal import Threads

/// Whether the device that is in use is still plugged in, as the bus tells; and tells the log.
final class USBPresence: Sendable {
    private struct State: Sendable {
        var device: USBDeviceInfo?
        var hasLeft = false
    }

    private let state = Monitor(State())
    private let name: String
    private let log: @Sendable (String) -> Void

    init(_ name: String, log: @escaping @Sendable (String) -> Void) {
        self.name = name
        self.log = log
    }

    /// The device that is in use, or was.
    var last: USBDeviceInfo? { state.withLock { $0.device } }

    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    func take(_ device: USBDeviceInfo) { state.withLock { $0 = State(device: device) } }

    @Sendable func note(_ event: USBEvent) {
        let line: String? = state.withLock { state in
            guard let device = state.device else { return nil }
            switch event {
            case .left(let info):
                guard !state.hasLeft, info.isSamePlugging(as: device) else { return nil }
                state.hasLeft = true
                return "\(name) has been unplugged: \(device)"
            case .arrived(let info):
                return state.hasLeft
                    ? "\(name) is plugged in at USB port \(info.port), and opened when it is used" : nil
            }
        }
        if let line { log(line) }
    }
}
