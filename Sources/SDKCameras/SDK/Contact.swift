public import Devices
internal import Platform

/// The contact with one camera: the latest call, and the first error that showed that the camera cannot be reached.
public final class Contact: Sendable {
    private let latestAct: Lock<String>
    private let loss = Lock<DeviceError?>(nil)

    /// - Parameter act: the call that has opened the camera.
    public init(_ act: String) { latestAct = Lock(act) }

    /// The latest call: `AT_WaitBuffer`.
    public var act: String { latestAct.withLock { $0 } }

    /// Notes the current call, for the report of a hang.
    public func note(_ act: String) { latestAct.withLock { $0 = act } }

    /// Notes an error that shows that the camera cannot be reached, and returns it.
    public func noted(_ error: DeviceError) -> DeviceError {
        if error.isLoss { loss.withLock { $0 = $0 ?? error } }
        return error
    }

    /// The first error that showed that the camera cannot be reached; returned once.
    public func takeLoss() -> DeviceError? {
        loss.withLock { loss in
            defer { loss = nil }
            return loss
        }
    }
}

/// The values written since a camera was opened, each with the latest, in the order of writing.
///
/// A camera that was unplugged gets them again.
public final class WrittenValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let values = Lock<[(key: Key, value: Value)]>([])

    public init() {}

    public func note(_ value: Value, for key: Key) {
        values.withLock { values in
            values.removeAll { $0.key == key }
            values.append((key, value))
        }
    }

    public var all: [(key: Key, value: Value)] { values.withLock { $0 } }

    /// The latest value written; nil if there is none.
    public func value(for key: Key) -> Value? { values.withLock { $0.last { $0.key == key }?.value } }

    /// Forgets values that the camera has reset by itself.
    public func forget(_ keys: Set<Key>) { values.withLock { $0.removeAll { keys.contains($0.key) } } }
}
