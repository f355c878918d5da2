public import Devices

extension Device {
    /// The device itself by an empty path, and all on its wire by paths such as `.laser` and `.stand.wheel`.
    public var parts: [(path: String, device: any Device)] {
        let controlled = (self as? any Controller)?.devices ?? []
        return [("", self)]
            + controlled.flatMap { name, device in device.parts.map { (".\(name)\($0.path)", $0.device) } }
    }

    /// The part with a path.
    public func part(_ path: String) throws -> any Device {
        guard let part = parts.first(where: { $0.path == path }) else {
            throw DeviceError(.failed, "\(typeName) has no device \(path)")
        }
        return part.device
    }
}
