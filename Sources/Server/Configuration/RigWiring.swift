internal import Devices

/// The facts about a rig that no driver can know: its cables, its light paths and the filters in its wheels.
///
/// The section `rig` of a configuration. It is for hardware tests; a server ignores it.
public struct RigWiring: Sendable {
    /// A cable from a digital output to a camera's trigger input.
    public struct Cable: Sendable, CustomStringConvertible {
        public var lines: DevicePath
        /// From 0.
        public var line: Int
        public var camera: DevicePath

        public var description: String { "line \(line) of \(lines) to \(camera)" }
    }

    /// A light path from a light source to a camera.
    public struct Illumination: Sendable, CustomStringConvertible {
        public var light: DevicePath
        public var camera: DevicePath
        /// The power of the light source, from 0 to 1.
        public var power: Double
        /// In seconds.
        public var exposureTime: Double

        public var description: String { "\(light) seen by \(camera)" }
    }

    /// The filters in a wheel, from position 0.
    public struct Filters: Sendable, CustomStringConvertible {
        public var wheel: DevicePath
        public var names: [String]

        public var description: String { "filters of \(wheel)" }
    }

    public var cables: [Cable] = []
    public var lights: [Illumination] = []
    public var filters: [Filters] = []

    public init() {}
}

extension ConfigurationReader {
    /// The section `rig`, for devices with these names; empty if there is none.
    func rig(of file: Section, _ names: [String]) -> RigWiring {
        var rig = RigWiring()
        guard let node = file.value("rig") else { return rig }
        _ = section(node) { section in
            rig.cables = entries(of: section, "cables") { cable(in: $0, names) }
            rig.lights = entries(of: section, "lights") { illumination(in: $0, names) }
            rig.filters = entries(of: section, "filters") { filters(in: $0, names) }
        }
        return rig
    }

    private func entries<Entry>(of rig: Section, _ key: String, _ read: (Section) -> Entry?) -> [Entry] {
        guard let list = rig.value(key) else { return [] }
        return items(of: list, "a list of \(key)").compactMap { section($0, read) }
    }

    private func cable(in entry: Section, _ names: [String]) -> RigWiring.Cable? {
        let lines = entry.require("from", .device(among: names))
        let line = entry.require("line", .integer(in: 0...9999))
        let camera = entry.require("to", .device(among: names))
        guard let lines, let line, let camera else { return nil }
        return RigWiring.Cable(lines: lines, line: line, camera: camera)
    }

    private func illumination(in entry: Section, _ names: [String]) -> RigWiring.Illumination? {
        let light = entry.require("light", .device(among: names))
        let camera = entry.require("camera", .device(among: names))
        let power = entry.read("power", .number(in: 0.0...1.0)) ?? 0.2
        let exposureTime = entry.read("exposure", .number(in: 0.0...60.0)) ?? 0.01
        guard let light, let camera else { return nil }
        return RigWiring.Illumination(light: light, camera: camera, power: power, exposureTime: exposureTime)
    }

    private func filters(in entry: Section, _ names: [String]) -> RigWiring.Filters? {
        let wheel = entry.require("wheel", .device(among: names))
        let nodes = items(of: entry.requiredValue("names"), "a list of the filters' names")
        let filters = nodes.compactMap { value(of: $0, .text) }
        guard let wheel else { return nil }
        return RigWiring.Filters(wheel: wheel, names: filters)
    }
}

extension Expectation<DevicePath> {
    /// A device with one of these names, or one of its parts, which only the open device knows.
    static func device(among names: [String]) -> Self {
        Expectation("the name of a device, such as \(names.first ?? "Camera") or Stand.camera") { scalar in
            let text = scalar.text
            // The longest match, because names may contain points.
            let name = names.filter { text == $0 || text.hasPrefix("\($0).") }.max { $0.count < $1.count }
            return name.map { DevicePath(name: $0, part: String(text.dropFirst($0.count))) }
        }
    }
}
