public import Devices
internal import Server
internal import Transports

/// A device that a configuration defines.
public struct WantedDevice: Sendable {
    public let name: String
    public let driver: ConfiguredDriver
    public let uid: String?
    public let isSimulated: Bool
    /// The configuration file, with links resolved.
    public let file: String
    /// The TCP port for serving it; nil if the kernel chooses, or for a Unix socket.
    public let port: Int?

    public init(
        _ name: String,
        _ driver: ConfiguredDriver,
        uid: String?,
        isSimulated: Bool,
        file: String,
        port: Int? = nil
    ) {
        (self.name, self.driver, self.uid) = (name, driver, uid)
        (self.isSimulated, self.file, self.port) = (isSimulated, file, port)
    }
}

/// The presence of a configured device.
public enum Presence: String, Sendable, CaseIterable {
    /// A running server has the device.
    case served
    /// The device is there and free.
    case present
    /// The device is there, and another program has it open.
    case held
    /// The device is there, but this user has no permission.
    case unusable
    case absent
    /// A device is there that may be the one.
    case unclear
    /// Unknown without opening it: a network device or a simulation.
    case unknown

    /// Whether a server could not use it.
    public var isTrouble: Bool { [.held, .unusable, .absent, .unclear].contains(self) }
}

/// The result of looking for a configured device.
public struct PresenceReport: Sendable {
    public let name: String
    public let driver: String
    public let presence: Presence
    /// Its location, or what was found instead.
    public let detail: String
}

/// A query of the device at a serial port, with its answer.
public struct Question: Sendable {
    public let port: String
    public let driver: String
    /// The serial number in the answer, if any.
    public let serial: String?
    /// The reason for a missing query or answer.
    public let problem: String?
    /// Options that a first definition of the device needs besides its port; see ``ConfigurableDriver/draft``.
    let draft: String?

    /// Queries a port that no program has open.
    ///
    /// - Parameters:
    ///   - port: a path, or `usb:SERIAL`.
    ///   - driver: the driver of the expected device.
    public init(_ port: String, _ driver: any ConfigurableDriver, _ inventory: Inventory, on machine: Machine) {
        self.port = port
        self.driver = driver.name
        draft = driver.draft
        do throws(Refusal) {
            guard let ask = driver.ask else { throw Refusal("\(driver.name) does not use serial ports") }
            let path = try Self.path(port, inventory, machine)
            do { serial = try ask(path) } catch { throw Refusal("\(error)") }
            problem = nil
        } catch { (serial, problem) = (nil, error.reason) }
    }

    private static func path(
        _ text: String,
        _ inventory: Inventory,
        _ machine: Machine
    ) throws(Refusal) -> String {
        guard let name = PortName(text) else {
            throw Refusal("'\(text)' is neither a path such as /dev/ttyUSB0 nor usb:SERIAL")
        }
        if let port = inventory.ports.first(where: { $0.is(name) }), let use = inventory.use(port.holders) {
            throw Refusal("\(port.path) is in use by \(use) and was not opened")
        }
        do { return try machine.ports.path(of: name) } catch { throw Refusal("\(error)") }
    }
}

private struct Refusal: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension Inventory {
    /// The presence of a configured device.
    public func report(_ device: WantedDevice) -> PresenceReport {
        let (presence, detail) = presence(device)
        return PresenceReport(name: device.name, driver: device.driver.name, presence: presence, detail: detail)
    }

    private func presence(_ device: WantedDevice) -> (Presence, String) {
        if device.isSimulated { return (.unknown, "simulated") }
        if let served = served.first(where: { $0.is(device) }) {
            let process = served.pid.map { " (process \($0))" } ?? ""
            return (.served, "device-server\(process)\(served.problem.map { ", but: \($0)" } ?? "")")
        }
        if let uid = device.uid { return camera(uid, device.driver.name) }
        switch device.driver.attachment {
        case .usb(let kinds, let serial, let port): return onUSB(kinds, serial: serial, port: port)
        case .serialPort(let name?): return serialPort(name)
        case .video(let path, let serial, let port):
            return camera(VideoSelection(path: path, serial: serial, port: port))
        case .serialPort(nil), nil: return (.unknown, "cannot be checked without opening it")
        }
    }

    private func camera(_ uid: String, _ driver: String) -> (Presence, String) {
        let ours = surveyed.filter { $0.driver == driver }
        if let found = ours.first(where: { $0.uid == uid }) {
            return found.holder.map { (.held, "held by \($0)") } ?? (.present, found.model ?? "")
        }
        let held = ours.count { $0.uid == nil }
        if held > 0 { return (.unclear, "\(held) in use by other programs: their serial numbers are unknown") }
        let others = ours.compactMap(\.uid).joined(separator: ", ")
        return (.absent, others.isEmpty ? "no camera found" : "cameras found: \(others)")
    }

    private func onUSB(_ kinds: [String], serial: String?, port: String?) -> (Presence, String) {
        let all = usb.filter { device in kinds.contains { DriverKnowledge.covers($0, device.info.kind) } }
        let places = all.map { "\($0.info.port)" }.joined(separator: ", ")
        let here = all.filter { port == nil || "\($0.info.port)" == port }
        guard let first = here.first else {
            return (.absent, all.isEmpty ? "no \(kinds.joined(separator: ", ")) is plugged in" : "one is at \(places)")
        }
        if let serial {
            if let found = here.first(where: { $0.info.serial?.lowercased() == serial.lowercased() }) {
                return state(found.holders, isUsable: found.isUsable, at: "USB port \(found.info.port)")
            }
            // Some wheels report their serial number only by their own protocol.
            return (.unclear, "at \(places); its serial number is known only after opening")
        }
        guard here.count == 1 else {
            return (.unclear, "\(here.count) are attached, at \(places): add the port to the configuration")
        }
        return state(first.holders, isUsable: first.isUsable, at: "USB port \(first.info.port)")
    }

    private func serialPort(_ text: String) -> (Presence, String) {
        guard let name = PortName(text) else { return (.unknown, text) }
        let found = ports.filter { $0.is(name) }
        guard let port = found.first else { return (.absent, "port \(text) does not exist") }
        guard found.count == 1 else {
            return (.unclear, "several: \(found.map { "\($0.path) is \($0.name)" }.joined(separator: ", "))")
        }
        return state(port.holders, isUsable: port.isUsable, at: port.path)
    }

    private func camera(_ selection: VideoSelection) -> (Presence, String) {
        let nodes = selection.nodes(among: cameras.map(\.node))
        guard let found = cameras.first(where: { $0.node == nodes.first }) else {
            let others = cameras.map(\.node.path).joined(separator: ", ")
            return (.absent, others.isEmpty ? "no camera is there" : "cameras are at \(others)")
        }
        guard nodes.count == 1 || selection == VideoSelection() else {
            return (
                .unclear, "several: \(nodes.map(\.path).joined(separator: ", ")); add the port to the configuration"
            )
        }
        return state(found.holders, isUsable: found.isUsable, at: found.node.path)
    }

    private func state(_ holders: [Holder], isUsable: Bool, at place: String) -> (Presence, String) {
        if let use = use(holders) { return (.held, "\(place), held by \(use)") }
        return isUsable ? (.present, place) : (.unusable, "\(place): no permission, see hwprobe doctor")
    }
}

extension AttachedPort {
    /// Whether a name in a configuration refers to this port.
    func `is`(_ name: PortName) -> Bool {
        switch name {
        case .path(let path): path == self.path || path == byID
        case .usb(let serial, let interface):
            adapter?.serial == serial && (interface == nil || interface == adapter?.interface)
        }
    }
}

extension ServedDevice {
    /// Whether this is the served device of a definition.
    fileprivate func `is`(_ device: WantedDevice) -> Bool {
        isServed && !isSimulated && name == device.name && driver == device.driver.name
            && configuration == device.file && uid == device.uid
    }
}
