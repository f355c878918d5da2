public import Pickle
internal import Platform

/// A transform of an image: first a quarter turn counter-clockwise, then flips (`get_transform`).
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

    /// This transform combined with that of the read-out, as python-microscope combines them.
    ///
    /// Flips of the same axis cancel, and two quarter turns are both flips. Flips before a quarter turn stay with their
    /// axis instead of turning along: the transforms in existing configurations were determined that way.
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

extension Transform: Decodable {
    /// From a list of three flags in a configuration: left-right, up-down, rotate.
    public init(from decoder: any Decoder) throws {
        let flags = try [Bool](from: decoder)
        guard flags.count == 3 else { throw decoder.invalid("must be three values, each true or false") }
        self.init(flipsLeftRight: flags[0], flipsUpDown: flags[1], rotates: flags[2])
    }
}

/// The two transforms of a camera's images, which are shared with the thread that reads the frames.
public final class Transforms: Sendable {
    private struct Both {
        var readout = Transform.identity
        var client = Transform.identity
    }

    private let both = Lock(Both())

    public init() {}

    /// The transform for the read-out direction of the sensor, which makes images look the same for all directions.
    public var readout: Transform {
        get { both.withLock(\.readout) }
        set { both.withLock { $0.readout = newValue } }
    }

    /// The transform that clients set with `set_transform`.
    public var client: Transform {
        get { both.withLock(\.client) }
        set { both.withLock { $0.client = newValue } }
    }

    /// The transform that is applied to each frame.
    public var total: Transform { both.withLock { $0.client.after($0.readout) } }
}
