internal import Devices
internal import Logging
internal import Pickle
internal import Threads

/// Owns a device and everything that shares its wire, and makes all calls to them one at a time.
///
/// A call runs on the thread of the client that makes it, under the lock that holds the devices; nothing of a device
/// can leave that lock but values, which the compiler proves.
final class DeviceHost: Sendable {
    private let devices: Lock<OpenDevices>
    private let occupation = Occupation()
    private let log: Logger
    /// What clients reach, none of which changes once the devices are open.
    let objects: [ObjectDescription]

    /// Opens devices; the function's thread is the first to use them.
    init(log: Logger, _ open: () throws -> sending OpenDevices) rethrows {
        let opened = try open()
        self.log = log
        objects = opened.descriptions
        devices = Lock(opened)
    }

    var hasLightSource: Bool { objects.contains(where: \.isLightSource) }

    func call(_ object: Int, _ method: String, _ arguments: CallArguments) throws -> PythonValue {
        var subject: String?
        if case .str(let text)? = arguments.positional.first { subject = text }
        return try finish(try occupied(with: method, subject, object) { try $0.call(object, method, arguments) })
    }

    func get(_ object: Int, _ attribute: String) throws -> PythonValue {
        try occupied(with: attribute, nil, object) { devices in try devices.get(object, attribute) }
    }

    func set(_ object: Int, _ attribute: String, to value: PythonValue) throws {
        _ = try finish(try occupied(with: attribute, nil, object) { try $0.set(object, attribute, to: value) })
    }

    /// The call that has not come back for so long that the devices may hang, and since when in seconds since 1970.
    var overdueCall: (text: String, time: Double)? {
        guard let (act, duration, isNew) = occupation.overdue() else { return nil }
        let text = text(of: act)
        if isNew {
            log.warning("\(text) has not come back for \(Occupation.patience.formatted); other calls wait for it")
        }
        return (text, Timestamp.now - duration / .seconds(1))
    }

    private func text(of act: Occupation.Act) -> String { "\(objects[act.object].id).\(act.text)" }

    private func occupied<Result: Sendable>(
        with name: String,
        _ subject: String?,
        _ object: Int,
        _ body: @Sendable (inout OpenDevices) throws -> Result
    ) throws -> Result {
        try devices.withLock { [self] devices in
            occupation.begin(name, on: subject, of: object)
            defer {
                if let (act, time) = occupation.end() {
                    log.notice("\(text(of: act)) came back after \(time.formatted)")
                }
            }
            return try body(&devices)
        }
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
    func darken() -> [LightsOff.Finding] { devices.withLock { $0.darken() } }

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
