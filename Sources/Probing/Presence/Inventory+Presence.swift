internal import Devices
internal import Server
internal import Transports

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
