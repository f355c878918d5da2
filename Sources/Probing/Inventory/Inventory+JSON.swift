public import Pickle
internal import Server
internal import Transports

// What programs read; every key is described in docs/hwprobe.md.
extension Inventory {
    /// Everything as JSON has it.
    ///
    /// - Parameter showsAll: whether USB devices that no driver of ours knows are among it.
    public func json(all showsAll: Bool) -> PythonDictionary {
        let devices = showsAll ? usb : knownUSB
        return [
            "usb": .list(devices.map(json)),
            "serial_ports": .list(ports.map(json)),
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
