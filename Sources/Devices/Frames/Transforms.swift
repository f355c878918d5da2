internal import Synchronization

/// The two transforms of a camera's images, shared with the thread that reads the frames.
public final class Transforms: Sendable {
    private struct Both {
        var readout = Transform.identity
        var client = Transform.identity
    }

    private let both = Mutex(Both())

    public init() {}

    /// What the sensor's read-out direction asks for, so that images look the same whatever the read-out.
    public var readout: Transform {
        get { both.withLock(\.readout) }
        set { both.withLock { $0.readout = newValue } }
    }

    /// What clients asked for with `set_transform`.
    public var client: Transform {
        get { both.withLock(\.client) }
        set { both.withLock { $0.client = newValue } }
    }

    /// What is done to each frame.
    public var total: Transform { both.withLock { $0.client.after($0.readout) } }
}
