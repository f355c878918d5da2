internal import Server
internal import Transports

extension Doctor {
    /// The ports of the configuration at which another program listens.
    var occupiedPorts: [Finding] {
        let byPort = Dictionary(grouping: wanted.filter { $0.port != nil }) { $0.port ?? 0 }
        guard !byPort.isEmpty else { return [] }
        let (listeners, holders) = (machine.listeners, Holders(machine))
        return byPort.sorted { $0.key < $1.key }.compactMap { port, devices in
            guard let sockets = listeners[port] else { return nil }
            let found = sockets.flatMap { holders.of("socket:[\($0)]") }
            let isOurs = found.contains { holder in
                inventory.served.contains { served in
                    served.pid == holder.pid && devices.contains { $0.name == served.name }
                }
            }
            return isOurs ? nil : occupied(port, by: found.first, wanted: devices.map(\.name))
        }
    }

    private func occupied(_ port: Int, by holder: Holder?, wanted names: [String]) -> Finding {
        let user = holder.map { "\($0)" } ?? "a program of another user's"
        let command =
            switch holder {
            case nil: "sudo ss -ltnp 'sport = :\(port)'"
            case let holder? where holder.isWorker: "# end the server that it belongs to, or take another port"
            case let holder?: Self.ending(holder)
            }
        return Finding(.problem, .use, "port \(port)", "\(names.joined(separator: ", ")): in use by \(user)", command)
    }
}

extension Machine {
    /// The sockets, by the numbers of their inodes, that listen at each TCP port.
    fileprivate var listeners: [Int: [String]] {
        let lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { self.lines($0).dropFirst() }
        return lines.reduce(into: [:]) { listeners, line in
            // `0: 0100007F:1F41 00000000:0000 0A …`: address and port in hexadecimal, the other end's, and the state,
            // which is 0A for those that listen; the inode comes tenth.
            let words = line.split(separator: " ")
            guard words.count > 9, words[3] == "0A", let text = words[1].split(separator: ":").last,
                let port = Int(text, radix: 16)
            else { return }
            listeners[port, default: []].append(String(words[9]))
        }
    }
}

// What goes between a device and the programs that use it: the link, the kernel's drivers and memory.
extension Doctor {
    /// Cameras of USB 3 that have come to a port, or through a cable, of USB 2.
    var links: [Finding] {
        cameras.compactMap { device in
            guard let speed = device.speed, speed <= 480 else { return nil }
            return Finding(
                .problem,
                .link,
                "\(device.info)",
                "a camera for USB 3 has a link of \(Int(min(max(speed, 0), 1e6))) Mbit/s",
                "# plug it into a port of USB 3 itself, with its own cable, then look again:\nlsusb -t"
            )
        }
    }

    /// The memory that the kernel lends for transfers, to all programs together.
    var memory: [Finding] {
        let file = "/sys/module/usbcore/parameters/usbfs_memory_mb"
        // Zero is no limit.
        guard !cameras.isEmpty, let limit = machine.text(file).flatMap(Int.init), limit > 0, limit < 1000 else {
            return []
        }
        return [
            Finding(
                .problem,
                .memory,
                "this computer",
                "the kernel lends \(limit) MB for USB transfers, which is too little for a camera on USB 3",
                "echo 1000 | sudo tee \(file)\n"
                    + "# and for good, usbcore.usbfs_memory_mb=1000 on the kernel's command line (/etc/default/grub):\n"
                    + "sudo update-grub"
            )
        ]
    }

    /// Devices that are switched off when they seem idle.
    var power: [Finding] {
        let ports = Set(inventory.ports.compactMap { $0.adapter?.place })
        let ours = inventory.usb.filter { !$0.drivers.isEmpty || ports.contains("\($0.info.port)") }
        return ours.filter(\.isSuspended).map { device in
            Finding(
                .advice,
                .power,
                "\(device.info)",
                "the kernel suspends it when it seems idle, which some devices do not come back from",
                "echo on | sudo tee /sys/bus/usb/devices/\(device.info.port)/power/control"
            )
        }
    }

    /// Drivers of the kernel's that have what ours need, or that are missing.
    var kernelDrivers: [Finding] {
        // HIDs are taken from the kernel's driver and given back; what a program has stands among the uses.
        let bound = inventory.knownUSB.flatMap { device in
            device.kernelDrivers.filter { !["usbhid", "usbfs"].contains($0.value) }.sorted { $0.key < $1.key }
                .map { interface, driver in
                    Finding(
                        .problem,
                        .driver,
                        "\(device.info)",
                        "the kernel's driver \(driver) has interface \(interface)",
                        "echo \(device.info.port):1.\(interface) | sudo tee /sys/bus/usb/drivers/\(driver)/unbind"
                    )
                }
        }
        return bound + adaptersWithoutPort
    }

    private var adaptersWithoutPort: [Finding] {
        let places = Set(inventory.ports.compactMap { $0.adapter?.place })
        return inventory.usb.compactMap { device in
            guard let module = Self.modules["\(device.info.kind)"], !places.contains("\(device.info.port)"),
                device.kernelDrivers.isEmpty
            else { return nil }
            return Finding(
                .problem,
                .driver,
                "\(device.info)",
                "an adapter for serial lines that no driver of the kernel's has, so it has no port",
                "sudo modprobe \(module)\n# and if it was taken away again (see dmesg | grep brltty):\n"
                    + "sudo apt-get remove brltty"
            )
        }
    }

    /// The kernel's modules for common adapters, by their tables of ids.
    private static let modules = [
        "0403:6001": "ftdi_sio", "0403:6010": "ftdi_sio", "0403:6011": "ftdi_sio", "0403:6014": "ftdi_sio",
        "0403:6015": "ftdi_sio", "10c4:ea60": "cp210x", "1a86:7523": "ch341", "067b:2303": "pl2303",
    ]

    /// Those on USB that a vendor's library drives.
    var cameras: [AttachedUSB] { inventory.knownUSB.filter(\.isFloating) }
}
