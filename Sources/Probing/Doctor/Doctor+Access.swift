internal import Devices
internal import Transports

extension Doctor {
    /// Devices that the user may not open, with the reason.
    var permissions: [Finding] {
        let usb = inventory.knownUSB.filter { !$0.isUsable }.map(permission)
        let ports = inventory.ports.filter { !$0.isUsable }.map { port in
            Finding(
                .problem,
                .permissions,
                port.path,
                "\(machine.user.name) has no permission to use it",
                joining(groupOf: port.path) ?? "sudo chmod a+rw \(port.path)"
            )
        }
        return usb + ports
    }

    private func permission(_ device: AttachedUSB) -> Finding {
        let kind = "\(device.info.kind)".split(separator: ":").map(String.init)
        let reload =
            "sudo udevadm control --reload\nsudo udevadm trigger --subsystem-match=usb --attr-match=idVendor=\(kind[0])"
        let (text, command): (String, String) =
            if !hasRule(vendor: kind[0], product: kind[1]) {
                ("and no udev rule covers it", "\(installing(device, vendor: kind[0]))\n\(reload)")
            } else if let joining = joining(groupOf: device.info.node) {
                ("which only its group may use", joining)
            } else {
                ("because its udev rule has not been applied yet", reload)
            }
        return Finding(
            .problem,
            .permissions,
            "\(device.info)",
            "\(machine.user.name) may not use \(device.info.node), \(text)",
            command
        )
    }

    private func installing(_ device: AttachedUSB, vendor: String) -> String {
        if Self.vendorsOfCameras.contains(vendor) { return "sudo cp Configs/udev/60-cameras.rules /etc/udev/rules.d/" }
        guard device.isFloating else { return "sudo cp Configs/udev/60-filter-wheels.rules /etc/udev/rules.d/" }
        return
            "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"\(vendor)\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"'"
            + " | sudo tee /etc/udev/rules.d/60-\(device.drivers[0]).rules"
    }

    /// Those in `Configs/udev/60-cameras.rules`.
    private static let vendorsOfCameras = ["136e", "0661", "1f12", "20f7"]

    /// The command that adds the user to the group of a file; nil if that would not help.
    private func joining(groupOf path: String) -> String? {
        guard let owner = machine.owner(of: path), owner.mode & 0o060 == 0o060, owner.group != 0,
            !machine.user.groups.contains(owner.group),
            let group = machine.groups.first(where: { $0.id == owner.group })
        else { return nil }
        if group.members.contains(machine.user.name) {
            return "# \(machine.user.name) joined the group \(group.name) after login: log out and in again, or\n"
                + "newgrp \(group.name)"
        }
        return "sudo usermod -aG \(group.name) \(machine.user.name)\n# then log out and in again"
    }

    /// Whether a udev rule names the device.
    private func hasRule(vendor: String, product: String) -> Bool {
        let folders = ["/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"]
        return folders.contains { folder in
            machine.names(folder).filter { $0.hasSuffix(".rules") }.contains { name in
                machine.lines("\(folder)/\(name)").contains { line in
                    line.contains("\"\(vendor)\"") && line.first != "#" && line.contains("MODE")
                        && (!line.contains("idProduct") || line.contains(product))
                }
            }
        }
    }
}

extension Doctor {
    /// Configured ports whose names depend on the order of plugging in, where a better name exists.
    var naming: [Finding] {
        let named = wanted.compactMap { device -> Finding? in
            guard case .serialPort(let text?)? = device.driver.attachment, Self.changes(text) else { return nil }
            let better = inventory.ports.first { $0.path == text }?.name
            let command =
                better.flatMap { $0 == text ? nil : "sed -i 's|\(text)\\b|\($0)|' \(Self.quoted(device.file))" }
                ?? "# plug the adapter in and look up its name:\nhwprobe"
            return Finding(
                .advice,
                .naming,
                device.name,
                "\(text) may become another port when adapters are plugged in in another order",
                command
            )
        }
        return named + twins
    }

    /// Adapters with the same serial number, distinguishable only by their USB port.
    private var twins: [Finding] {
        let named = inventory.ports.filter { $0.adapter?.serial != nil && !$0.name.hasPrefix("usb:") }
        return Dictionary(grouping: named) { $0.adapter?.serial ?? "" }.sorted { $0.key < $1.key }.map {
            serial,
            ports in
            Finding(
                .advice,
                .naming,
                ports.map(\.path).joined(separator: ", "),
                "several adapters have the serial number \(serial): only their USB ports distinguish them",
                "ls -l /dev/serial/by-path"
            )
        }
    }

    private static func changes(_ path: String) -> Bool {
        path.hasPrefix("/dev/ttyUSB") || path.hasPrefix("/dev/ttyACM")
    }

    private static func quoted(_ path: String) -> String {
        "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }

    /// Vendor libraries that are needed and do not work; no device is opened.
    var libraries: [Finding] {
        drivers.drivers.filter(\.isFloating).flatMap { driver -> [Finding] in
            let attached = cameras.filter { $0.drivers.contains(driver.name) }
            let isWanted = wanted.contains { $0.driver.name == driver.name && !$0.isSimulated }
            guard !attached.isEmpty || isWanted, let candidates = driver.candidates else { return [] }
            return library(driver, candidates, attached)
        }
    }

    private func library(
        _ driver: any ConfigurableDriver,
        _ candidates: Candidates,
        _ attached: [AttachedUSB]
    ) -> [Finding] {
        let name = driver.name
        // A driver that looks at its installation itself says more.
        let looksItself = driver.installationFaults != nil
        let source =
            looksItself ? "as docs/drivers.md says" : "version 3.5 or newer, as Drivers/AndorSDK3/README.md says"
        let look = looksItself ? "ldconfig -p" : "ldconfig -p | grep libat"
        do {
            guard try candidates.count(context) < attached.count else { return [] }
            let text = "finds fewer cameras than there are on USB (\(attached.count)): is one of its plug-ins missing?"
            return [
                Finding(
                    .problem,
                    .library,
                    name,
                    "the vendor's library \(text)",
                    "sudo ldconfig\n\(look)"
                )
            ]
        } catch let error as DeviceError where error.kind == .library {
            let isUnfit = error.message.contains("lacks")
            return [
                Finding(
                    .problem,
                    .library,
                    name,
                    isUnfit ? "the vendor's library has the wrong version: \(error)" : "\(error)",
                    "# install the vendor's package, \(source), then:\nsudo ldconfig"
                )
            ]
        } catch { return [Finding(.problem, .library, name, "\(error)", "sudo ldconfig\n\(look)")] }
    }
}
