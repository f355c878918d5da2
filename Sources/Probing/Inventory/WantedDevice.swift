public import Devices
internal import Server
internal import Transports

/// A device that a configuration defines.
public struct WantedDevice: Sendable {
    public let name: String
    public let driver: ConfiguredDriver
    public let uid: String?
    public let isSimulated: Bool
    /// The configuration's file, without links on the way.
    public let file: String
    /// The TCP port that it is to be served at; nil if that is left to the kernel, or it is none.
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

/// Whether a device that is wanted is there.
public enum Presence: String, Sendable, CaseIterable {
    /// A running server has it.
    case served
    /// It is there, and nobody has it.
    case present
    /// It is there, and another program has it.
    case held
    /// It is there, and this user may not use it.
    case unusable
    case absent
    /// Something is there that may be it.
    case unclear
    /// Nothing can be told from outside: its driver talks over a network, or is a simulation.
    case unknown

    /// Whether a server would have to do without it.
    public var isTrouble: Bool { [.held, .unusable, .absent, .unclear].contains(self) }
}

/// What became of looking for a device.
public struct PresenceReport: Sendable {
    public let name: String
    public let driver: String
    public let presence: Presence
    /// Where it is, or what is there instead.
    public let detail: String
}

/// What a device at a serial port answered when it was asked as one of a driver's.
public struct Question: Sendable {
    public let port: String
    public let driver: String
    /// The serial number that it told; nil if it told none.
    public let serial: String?
    /// Why it was not asked, or gave no answer.
    public let problem: String?

    /// Asks a port, unless somebody has it.
    ///
    /// - Parameters:
    ///   - port: a path, or `usb:SERIAL`.
    ///   - driver: what the device is thought to be.
    public init(_ port: String, _ driver: any ConfigurableDriver, _ inventory: Inventory, on machine: Machine) {
        self.port = port
        self.driver = driver.name
        do throws(Refusal) {
            guard let ask = driver.ask else { throw Refusal("\(driver.name) has nothing to ask at a serial port") }
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
            throw Refusal("'\(text)' is no path such as /dev/ttyUSB0 nor usb:SERIAL")
        }
        if let port = inventory.ports.first(where: { $0.is(name) }), let use = inventory.use(port.holders) {
            throw Refusal("\(port.path) is held by \(use), and was left alone")
        }
        do { return try machine.ports.path(of: name) } catch { throw Refusal("\(error)") }
    }
}

private struct Refusal: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension Inventory {
    /// Whether a device is there.
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
        case .serialPort(nil), nil: return (.unknown, "nothing can be told of it from outside")
        }
    }

    private func camera(_ uid: String, _ driver: String) -> (Presence, String) {
        let ours = surveyed.filter { $0.driver == driver }
        if let found = ours.first(where: { $0.uid == uid }) {
            return found.holder.map { (.held, "held by \($0)") } ?? (.present, found.model ?? "")
        }
        let held = ours.count { $0.uid == nil }
        if held > 0 { return (.unclear, "\(held) held by other programs cannot be asked who they are") }
        let others = ours.compactMap(\.uid).joined(separator: ", ")
        return (.absent, others.isEmpty ? "there is none" : "those there are: \(others)")
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
            // Wheels tell theirs in a way of their own.
            return (.unclear, "at \(places); serial numbers are told only once it is open")
        }
        guard here.count == 1 else { return (.unclear, "there are \(here.count), at \(places): say which by its port") }
        return state(first.holders, isUsable: first.isUsable, at: "USB port \(first.info.port)")
    }

    private func serialPort(_ text: String) -> (Presence, String) {
        guard let name = PortName(text) else { return (.unknown, text) }
        let found = ports.filter { $0.is(name) }
        guard let port = found.first else { return (.absent, "there is no port \(text)") }
        guard found.count == 1 else {
            return (.unclear, "several: \(found.map { "\($0.path) is \($0.name)" }.joined(separator: ", "))")
        }
        return state(port.holders, isUsable: port.isUsable, at: port.path)
    }

    private func state(_ holders: [Holder], isUsable: Bool, at place: String) -> (Presence, String) {
        if let use = use(holders) { return (.held, "\(place), held by \(use)") }
        return isUsable ? (.present, place) : (.unusable, "\(place): this user may not use it, see hwprobe doctor")
    }
}

extension AttachedPort {
    /// Whether a configuration means this port.
    func `is`(_ name: PortName) -> Bool {
        switch name {
        case .path(let path): path == self.path || path == byID
        case .usb(let serial, let interface):
            adapter?.serial == serial && (interface == nil || interface == adapter?.interface)
        }
    }
}

extension ServedDevice {
    /// Whether a server has the device that a definition of its configuration means.
    fileprivate func `is`(_ device: WantedDevice) -> Bool {
        isServed && !isSimulated && name == device.name && driver == device.driver.name
            && configuration == device.file && uid == device.uid
    }
}
