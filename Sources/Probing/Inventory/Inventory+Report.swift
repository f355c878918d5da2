public import Pickle
internal import Server
internal import Transports

// The inventory as text for people.
extension Inventory {
    /// Tables of attached devices, with notes.
    ///
    /// - Parameter showsAll: whether to include USB devices without a driver of ours.
    public func tables(all showsAll: Bool) -> String {
        let devices = showsAll ? usb : knownUSB
        let sections = [
            section("USB", ["PORT", "KIND", "DEVICE", "SERIAL", "DRIVER", "STATE"], devices.map(row)),
            section("Serial ports", ["PORT", "NAME", "ADAPTER", "STATE", "BY ID"], ports.map(row)),
            section("Cameras", ["SERIAL", "MODEL", "FIRMWARE", "LINK", "DRIVER", "STATE"], surveyed.map(row)),
            section("Video", ["NODE", "CAMERA", "SERIAL", "USB PORT", "DRIVER", "STATE"], cameras.map(row)),
            section("Served", ["NAME", "DRIVER", "UID", "STATE", "PID", "URI"], served.map(row)),
            notes.isEmpty ? nil : notes.map { "Note: \($0)" }.joined(separator: "\n"),
        ]
        let text = sections.compactMap(\.self).joined(separator: "\n\n")
        return text.isEmpty ? "No known device is attached; --all lists every USB device." : text
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

    private func row(_ camera: AttachedCamera) -> [String] {
        [
            camera.node.path, camera.node.name, camera.node.serial ?? "", camera.node.port ?? "", AttachedCamera.driver,
            state(camera.holders, isUsable: camera.isUsable),
        ]
    }

    private func row(_ device: SurveyedDevice) -> [String] {
        [
            device.uid ?? "?", device.model ?? "?", device.firmware ?? "?", device.link ?? "", device.driver,
            device.holder.map { "held by \($0)" } ?? (device.option == nil ? "free" : "listed"),
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
        return isUsable ? "" : "no permission, see hwprobe doctor"
    }
}

/// A table of text with columns as wide as needed.
public struct Table {
    private let rows: [[String]]

    public init(_ header: [String], _ rows: [[String]]) { self.rows = [header] + rows }

    public var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(
                separator: "  "
            )
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        .joined(separator: "\n")
    }
}

// The inventory in JSON for programs; docs/hwprobe.md describes every key.
extension Inventory {
    /// The whole inventory.
    ///
    /// - Parameter showsAll: whether to include USB devices without a driver of ours.
    public func json(all showsAll: Bool) -> PythonDictionary {
        let devices = showsAll ? usb : knownUSB
        return [
            "usb": .list(devices.map(json)),
            "serial_ports": .list(ports.map(json)),
            "video": .list(cameras.map(json)),
            "cameras": .list(surveyed.map(\.json)),
            "served": .list(served.map(\.json)),
            "notes": .list(notes.map(PythonValue.str)),
        ]
    }

    private func json(_ device: AttachedUSB) -> PythonValue {
        .dict([
            "port": .str("\(device.info.port)"),
            "kind": .str("\(device.info.kind)"),
            "node": .str(device.info.node),
            "manufacturer": .text(device.info.manufacturer),
            "product": .text(device.info.product),
            "serial": .text(device.info.serial),
            "speed_mbps": device.speed.map(PythonValue.float) ?? .none,
            "drivers": .list(device.drivers.map(PythonValue.str)),
            "kernel_drivers": .list(
                device.kernelDrivers.sorted { $0.key < $1.key }
                    .map { .dict(["interface": .int($0.key), "driver": .str($0.value)]) }
            ),
            "usable": .bool(device.isUsable),
            "holders": json(device.holders),
        ])
    }

    private func json(_ port: AttachedPort) -> PythonValue {
        .dict([
            "path": .str(port.path),
            "by_id": .text(port.byID),
            "name": .str(port.name),
            "serial": .text(port.adapter?.serial),
            "interface": port.adapter?.interface.map(PythonValue.int) ?? .none,
            "usb_port": .text(port.adapter?.place),
            "manufacturer": .text(port.adapter?.manufacturer),
            "product": .text(port.adapter?.product),
            "usable": .bool(port.isUsable),
            "holders": json(port.holders),
        ])
    }

    private func json(_ camera: AttachedCamera) -> PythonValue {
        .dict([
            "path": .str(camera.node.path),
            "name": .str(camera.node.name),
            "by_id": .text(camera.node.links.first { $0.hasPrefix("/dev/v4l/by-id/") }),
            "serial": .text(camera.node.serial),
            "usb_port": .text(camera.node.port),
            "driver": .str(AttachedCamera.driver),
            "usable": .bool(camera.isUsable),
            "holders": json(camera.holders),
        ])
    }

    private func json(_ holders: [Holder]) -> PythonValue {
        .list(
            holders.map { holder in
                .dict([
                    "pid": .int(holder.pid), "program": .str(holder.name), "served_as": .text(servedName([holder])),
                ])
            }
        )
    }
}

extension SurveyedDevice {
    fileprivate var json: PythonValue {
        .dict([
            "driver": .str(driver), "serial": .text(uid), "model": .text(model), "firmware": .text(firmware),
            "link": .text(link),
            "holder": .text(holder),
        ])
    }
}

extension ServedDevice {
    fileprivate var json: PythonValue {
        .dict([
            "name": .str(name), "driver": .str(driver), "uid": .text(uid), "configuration": .str(configuration),
            "state": .str(state), "problem": .text(problem), "pid": pid.map(PythonValue.int) ?? .none,
            "uri": .text(uri),
            "simulated": .bool(isSimulated),
        ])
    }
}

extension PythonValue {
    static func text(_ text: String?) -> PythonValue { text.map(PythonValue.str) ?? .none }
}

extension PresenceReport {
    public var json: PythonValue {
        .dict([
            "name": .str(name), "driver": .str(driver), "presence": .str(presence.rawValue), "detail": .str(detail),
        ])
    }
}

extension Question {
    public var json: PythonValue {
        .dict([
            "port": .str(port), "driver": .str(driver), "serial": .text(serial), "problem": .text(problem),
        ])
    }
}
