internal import Devices
internal import Pickle
internal import Threads

/// Owns a device and everything that shares its wire, and makes all calls to them one at a time.
///
/// A call runs on the thread of the client that makes it, under the lock that holds the devices; nothing of a device
/// can leave that lock but values, which the compiler proves.
final class DeviceHost: Sendable {
    private let devices: Lock<OpenDevices>
    /// What clients reach, none of which changes once the devices are open.
    let objects: [ObjectDescription]

    /// Opens devices; the function's thread is the first to use them.
    init(_ open: () throws -> sending OpenDevices) rethrows {
        let opened = try open()
        objects = opened.descriptions
        devices = Lock(opened)
    }

    var hasLightSource: Bool { objects.contains(where: \.isLightSource) }

    func call(_ object: Int, _ method: String, _ arguments: CallArguments) throws -> PythonValue {
        try finish(try devices.withLock { devices in try devices.call(object, method, arguments) })
    }

    func get(_ object: Int, _ attribute: String) throws -> PythonValue {
        try devices.withLock { devices in try devices.get(object, attribute) }
    }

    func set(_ object: Int, _ attribute: String, to value: PythonValue) throws {
        _ = try finish(try devices.withLock { devices in try devices.set(object, attribute, to: value) })
    }

    /// Applies settings, and puts a device into use, before anybody is served.
    func prepare(_ object: Int, _ preparation: Preparation) throws {
        try devices.withLock { devices in
            try devices.apply(preparation.settings, to: object)
            let staysOff = preparation.keepsLightOff && devices.isLightSource(object)
            if preparation.staysDisabled || staysOff {
                try devices.disable(object)
            } else if preparation.enable {
                try devices.enable(object)
            }
            devices.followEnabling()
        }
    }

    /// Switches all light off, and finds out whether it is.
    func darken() -> [Blackout.Finding] { devices.withLock { $0.darken() } }

    /// Shuts all devices down, light sources first.
    func shutDown(report: @Sendable (String) -> Void) { devices.withLock { $0.shutDown(report: report) } }

    /// Waits, with the lock free for others, until a call that has begun something has come to its end.
    private func finish(_ progress: Progress) throws -> PythonValue {
        var progress = progress
        while case .waiting(let ticket, let interval) = progress {
            Pause.wait(for: interval)
            progress = try devices.withLock { devices in try devices.poll(ticket) }
        }
        guard case .done(let value) = progress else { return .none }
        return value
    }
}

/// How far a call has come.
enum Progress: Sendable {
    case done(PythonValue)
    /// To be asked for again, by its number, after a while.
    case waiting(ticket: Int, interval: Duration)
}
