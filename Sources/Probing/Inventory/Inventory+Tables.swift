internal import Server
internal import Transports

// What people read.
extension Inventory {
    /// Tables of what is attached, and the notes.
    ///
    /// - Parameter showsAll: whether USB devices that no driver of ours knows are among it.
    public func tables(all showsAll: Bool) -> String {
        let devices = showsAll ? usb : knownUSB
        let sections = [
            section("USB", ["PORT", "KIND", "DEVICE", "SERIAL", "DRIVER", "STATE"], devices.map(row)),
            section("Serial ports", ["PORT", "NAME", "ADAPTER", "STATE", "BY ID"], ports.map(row)),
            section("Cameras", ["SERIAL", "MODEL", "FIRMWARE", "DRIVER", "STATE"], surveyed.map(row)),
            section("Served", ["NAME", "DRIVER", "UID", "STATE", "PID", "URI"], served.map(row)),
            notes.isEmpty ? nil : notes.map { "Note: \($0)" }.joined(separator: "\n"),
        ]
        let text = sections.compactMap(\.self).joined(separator: "\n\n")
        return text.isEmpty ? "Nothing is attached that is known here; --all shows every USB device." : text
    }

    private func section(_ title: String, _ header: [String], _ rows: [[String]]) -> String? {
        rows.isEmpty ? nil : "\(title)\n" + Table(header, rows).text
    }

    private func row(_ device: AttachedUSB) -> [String] {
        let info = device.info
        let name = [info.manufacturer, info.product].compactMap(\.self).joined(separator: " ")
        return [
            "\(info.port)", "\(info.kind)", name, info.serial ?? "", device.drivers.joined(separator: ", "),
            state(device.holders, isUsable: device.isUsable),
        ]
    }

    private func row(_ port: AttachedPort) -> [String] {
        let adapter = port.adapter.map { adapter in
            [adapter.manufacturer, adapter.product].compactMap(\.self).joined(separator: " ")
        }
        return [
            port.path, port.name, adapter ?? "", state(port.holders, isUsable: port.isUsable), port.byID ?? "",
        ]
    }

    private func row(_ device: SurveyedDevice) -> [String] {
        [
            device.uid ?? "?", device.model ?? "?", device.firmware ?? "?", device.driver,
            device.holder.map { "held by \($0)" } ?? "free",
        ]
    }

    private func row(_ device: ServedDevice) -> [String] {
        [
            device.name + (device.isSimulated ? " (simulated)" : ""), device.driver, device.uid ?? "",
            device.problem.map { "\(device.state): \($0)" } ?? device.state,
            device.pid.map { "\($0)" } ?? "", device.uri ?? "",
        ]
    }

    private func state(_ holders: [Holder], isUsable: Bool) -> String {
        if let use = use(holders) { return "held by \(use)" }
        return isUsable ? "" : "this user may not use it: hwprobe doctor"
    }
}
