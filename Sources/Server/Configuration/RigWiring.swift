/// What no driver can know of a bench: its cables, which light falls where, which filters its wheels have.
///
/// The section `rig` of a configuration. A server has no use for it; the tests on a bench do.
public struct RigWiring: Sendable {
    /// A device of the configuration, or one on its wire: `Stand.camera`.
    public struct Device: Sendable, Hashable, CustomStringConvertible {
        /// The definition's.
        public var name: String
        /// Of the device on its wire, such as `.camera`; empty for the device itself.
        public var part: String

        public init(name: String, part: String = "") { (self.name, self.part) = (name, part) }

        public var description: String { name + part }
    }

    /// A cable from a digital output to a camera's trigger input.
    public struct Cable: Sendable, CustomStringConvertible {
        public var lines: Device
        /// From 0.
        public var line: Int
        public var camera: Device

        public var description: String { "line \(line) of \(lines) to \(camera)" }
    }

    /// Light that falls into a camera.
    public struct Illumination: Sendable, CustomStringConvertible {
        public var light: Device
        public var camera: Device
        /// What the light source is set to, from 0 to 1.
        public var power: Double
        /// In seconds.
        public var exposureTime: Double

        public var description: String { "\(light) seen by \(camera)" }
    }

    /// What is at the positions of a wheel, from 0 on.
    public struct Filters: Sendable, CustomStringConvertible {
        public var wheel: Device
        public var names: [String]

        public var description: String { "filters of \(wheel)" }
    }

    public var cables: [Cable] = []
    public var lights: [Illumination] = []
    public var filters: [Filters] = []

    public init() {}
}
