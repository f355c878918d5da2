internal import Devices
internal import Server
internal import Transports

extension Doctor {
    /// Ports of the configuration that another program uses.
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
        let user = holder.map { "\($0)" } ?? "a program of another user"
        let command =
            switch holder {
            case nil: "sudo ss -ltnp 'sport = :\(port)'"
            case let holder? where holder.isWorker: "# stop the server that it belongs to, or choose another port"
            case let holder?: Self.ending(holder)
            }
        return Finding(.problem, .use, "port \(port)", "\(names.joined(separator: ", ")): in use by \(user)", command)
    }
}

extension Machine {
    /// The inode numbers of the sockets that listen at each TCP port.
    fileprivate var listeners: [Int: [String]] {
        let lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { self.lines($0).dropFirst() }
        return lines.reduce(into: [:]) { listeners, line in
            // `0: 0100007F:1F41 00000000:0000 0A …`: local address and port in hexadecimal, remote address, state (0A for
            // listening); the tenth word is the inode.
            let words = line.split(separator: " ")
            guard words.count > 9, words[3] == "0A", let text = words[1].split(separator: ":").last,
                let port = Int(text, radix: 16)
            else { return }
            listeners[port, default: []].append(String(words[9]))
        }
    }
}

// Checks of what lies between a device and its programs: link, kernel drivers and memory.
extension Doctor {
    /// USB 3 cameras on a USB 2 port or cable.
    var links: [Finding] {
        cameras.compactMap { device in
            guard let speed = device.speed, speed <= 480 else { return nil }
            return Finding(
                .problem,
                .link,
                "\(device.info)",
                "this USB 3 camera has a link of only \(Int(min(max(speed, 0), 1e6))) Mbit/s",
                "# plug it directly into a USB 3 port with its own cable, then check again:\nlsusb -t"
            )
        }
    }

    /// The kernel's memory limit for USB transfers of all programs.
    var memory: [Finding] {
        let file = "/sys/module/usbcore/parameters/usbfs_memory_mb"
        // Zero means unlimited.
        guard !cameras.isEmpty, let limit = machine.text(file).flatMap(Int.init), limit > 0, limit < 1000 else {
            return []
        }
        return [
            Finding(
                .problem,
                .memory,
                "this computer",
                "the kernel limits USB transfers to \(limit) MB, too little for a USB 3 camera",
                "echo 1000 | sudo tee \(file)\n"
                    + "# to make it permanent, add usbcore.usbfs_memory_mb=1000 to the kernel command line (/etc/default/grub):\n"
                    + "sudo update-grub"
            )
        ]
    }

    /// Devices that the kernel suspends when idle.
    var power: [Finding] {
        let ports = Set(inventory.ports.compactMap { $0.adapter?.place })
        let ours = inventory.usb.filter { !$0.drivers.isEmpty || ports.contains("\($0.info.port)") }
        return ours.filter(\.isSuspended).map { device in
            Finding(
                .advice,
                .power,
                "\(device.info)",
                "the kernel suspends it when idle, and some devices do not wake up again",
                "echo on | sudo tee /sys/bus/usb/devices/\(device.info.port)/power/control"
            )
        }
    }

    /// Kernel drivers that claim a device of ours, or that are missing.
    var kernelDrivers: [Finding] {
        // HID devices are detached from their kernel driver and given back; devices held by programs are listed as uses.
        let bound = inventory.knownUSB.flatMap { device in
            device.kernelDrivers.filter { !["usbhid", "usbfs"].contains($0.value) }.sorted { $0.key < $1.key }
                .map { interface, driver in
                    Finding(
                        .problem,
                        .driver,
                        "\(device.info)",
                        "the kernel driver \(driver) has claimed interface \(interface)",
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
                "a serial adapter without a kernel driver, so it has no port",
                "sudo modprobe \(module)\n# and if brltty took it (see dmesg | grep brltty):\n"
                    + "sudo apt-get remove brltty"
            )
        }
    }

    /// The kernel modules for common adapters, by USB id (from the modules' id tables).
    private static let modules = [
        "0403:6001": "ftdi_sio", "0403:6010": "ftdi_sio", "0403:6011": "ftdi_sio", "0403:6014": "ftdi_sio",
        "0403:6015": "ftdi_sio", "10c4:ea60": "cp210x", "1a86:7523": "ch341", "067b:2303": "pl2303",
    ]

    /// USB cameras that need a vendor's library.
    var cameras: [AttachedUSB] {
        inventory.knownUSB.filter { device in
            device.isFloating || device.drivers.contains { drivers[$0]?.loadLibrary != nil }
        }
    }
}
