public import Pickle

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
