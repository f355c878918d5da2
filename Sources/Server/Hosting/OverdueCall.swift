internal import Devices
internal import Pickle
internal import Platform
internal import Synchronization

/// A call, or a wait for data, that has taken longer than its driver allows.
struct OverdueCall: Sendable, Equatable {
    /// The device of the configuration that hangs; others of its process may only wait for it.
    let device: String
    let text: String
    /// When it began, in seconds since 1970.
    let time: Double
    /// Whether the device is still being opened.
    var isOpening = false

    /// Whether this is the same call in another report; times are read again for each report.
    func isSame(as other: OverdueCall) -> Bool { text == other.text && abs(time - other.time) < 1 }

    /// The field of a worker's report that marks the device which hangs.
    static let key: PythonValue = "hangs"
    /// The field that marks one which is still being opened.
    static let openingKey: PythonValue = "is_opening"
}

extension OverdueCall {
    /// The call that hangs, in a worker's report on a device; nil if the device itself does not hang.
    init?(of device: String, in report: PythonDictionary) {
        guard case .dict(let fields)? = report[.str(device)], fields[Self.key] == .bool(true),
            let text = fields["overdue_call"]?.text,
            let time = fields["overdue_call_time"].flatMap(Double.init(python:))
        else { return nil }
        self.init(device: device, text: text, time: time, isOpening: fields[Self.openingKey] == .bool(true))
    }
}

/// A call that a worker has reported as hanging.
struct ReportedHang: Sendable {
    let call: OverdueCall
    /// When it was first reported.
    let since: ContinuousClock.Instant
    /// Whether it was reported again later.
    var isConfirmed = false

    /// How long it must be reported: a process that was stopped and goes on reports calls that end in a moment.
    static let doubt = Duration.milliseconds(300)
}

/// The record of a stream's wait for the next datum, which the vendor's library may never end.
final class SourceWait: Sendable {
    /// When the wait began and when it is overdue, in milliseconds of a coarse clock; 0 while there is none.
    private let start = Atomic(0)
    private let due = Atomic(0)

    func begin(within limit: Duration) {
        let now = Self.now
        due.store(now + Int(limit / .milliseconds(1)), ordering: .relaxed)
        start.store(now, ordering: .releasing)
    }

    func end() { start.store(0, ordering: .releasing) }

    /// How long the wait has taken; nil if there is none, or if it is not overdue.
    var overdueTime: Duration? {
        let (start, now) = (start.load(ordering: .acquiring), Self.now)
        guard start > 0, now > due.load(ordering: .relaxed) else { return nil }
        return .milliseconds(now - start)
    }

    private static var now: Int { Int(CallWatch.now * 1000) }
}

extension DeviceHost {
    /// The wait for data that a device of this host does not end.
    var overdueWait: OverdueCall? {
        for object in objects {
            guard let time = object.stream?.wait.overdueTime else { continue }
            let device = object.owner ?? object.id
            return OverdueCall(
                device: device,
                text: "\(object.id): the wait for data",
                time: Timestamp.now - time / .seconds(1)
            )
        }
        return nil
    }
}
