public import Pickle
internal import Synchronization

/// How an image is turned: first a quarter turn counter-clockwise, then flips (`get_transform`).
public struct Transform: Sendable, Hashable {
    public var flipsLeftRight: Bool
    public var flipsUpDown: Bool
    public var rotates: Bool

    public init(flipsLeftRight: Bool = false, flipsUpDown: Bool = false, rotates: Bool = false) {
        self.flipsLeftRight = flipsLeftRight
        self.flipsUpDown = flipsUpDown
        self.rotates = rotates
    }

    public static let identity = Transform()

    /// This transform together with that of the read-out, in the way that python-microscope puts them together.
    ///
    /// Flips of the same axis cancel, and two quarter turns are both flips. Flips before a quarter turn stay with their
    /// axis instead of turning along, since the transforms in the configurations of microscopes were found that way.
    public func after(_ first: Transform) -> Transform {
        let turnsTwice = rotates && first.rotates
        return Transform(
            flipsLeftRight: (flipsLeftRight != first.flipsLeftRight) != turnsTwice,
            flipsUpDown: (flipsUpDown != first.flipsUpDown) != turnsTwice,
            rotates: rotates != first.rotates
        )
    }
}

extension Transform: PythonConvertible {
    /// From a sequence of three truth values: left-right, up-down, rotate.
    public init?(python value: PythonValue) {
        guard let flags = [Bool](python: value), flags.count == 3 else { return nil }
        self.init(flipsLeftRight: flags[0], flipsUpDown: flags[1], rotates: flags[2])
    }
    public var python: PythonValue { .tuple([.bool(flipsLeftRight), .bool(flipsUpDown), .bool(rotates)]) }
    public static var pythonName: String { "a tuple of three bools" }
}

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
