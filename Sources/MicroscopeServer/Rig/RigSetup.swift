internal import Contracts
internal import Devices
public import Server

/// Several devices of a rig that are open at the same time.
public final class RigSetup {
    private let rig: Rig
    private let log: @Sendable (String) -> Void
    private var opened: [(name: String, device: any Device)] = []

    public init(_ rig: Rig, log: @escaping @Sendable (String) -> Void) { (self.rig, self.log) = (rig, log) }

    /// A device, after opening it if necessary.
    ///
    /// Throws a ``RigError`` if it cannot be opened, does not exist or is of another kind.
    ///
    /// - Parameter kind: the expected kind in words: `a camera`.
    public func device<Kind>(_ path: DevicePath, _ kind: String, as _: Kind.Type = Kind.self) throws -> Kind {
        guard let part = try open(path.name).parts.first(where: { $0.path == path.part })?.device else {
            throw RigError("there is no \(path): \(path.name) has no such part")
        }
        guard let device = part as? Kind else { throw RigError("\(path) is a \(part.typeName), not \(kind)") }
        return device
    }

    private func open(_ name: String) throws -> any Device {
        if let device = opened.first(where: { $0.name == name })?.device { return device }
        guard let wanted = rig.devices.first(where: { $0.name == name }) else {
            throw RigError("the rig has no device \(name)")
        }
        let device = try wanted.open(log: log)
        opened.append((name, device))
        return device
    }

    /// Shuts down all open devices, even if one of them fails.
    ///
    /// Throws the first error.
    public func shutDown() throws {
        let results = opened.reversed().map { entry in Result { try entry.device.shutdown() } }
        opened = []
        for result in results { try result.get() }
    }
}
