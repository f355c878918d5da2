internal import Transports

extension Doctor {
    /// Devices that the user may not open, and why.
    var permissions: [Finding] {
        let usb = inventory.knownUSB.filter { !$0.isUsable }.map(permission)
        let ports = inventory.ports.filter { !$0.isUsable }.map { port in
            Finding(
                .problem,
                .permissions,
                port.path,
                "\(machine.user.name) may not use it",
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
                ("and no udev rule is for it", "\(installing(device, vendor: kind[0]))\n\(reload)")
            } else if let joining = joining(groupOf: device.info.node) {
                ("which is for its group alone", joining)
            } else {
                ("though there is a udev rule, which was not applied yet", reload)
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
        device.isFloating
            ? "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"\(vendor)\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"'"
                + " | sudo tee /etc/udev/rules.d/60-\(device.drivers[0]).rules"
            : "sudo cp Configs/udev/60-filter-wheels.rules /etc/udev/rules.d/"
    }

    /// What makes the user a member of the group that may use a file; nil if that would not help.
    private func joining(groupOf path: String) -> String? {
        guard let owner = machine.owner(of: path), owner.mode & 0o060 == 0o060, owner.group != 0,
            !machine.user.groups.contains(owner.group),
            let group = machine.groups.first(where: { $0.id == owner.group })
        else { return nil }
        if group.members.contains(machine.user.name) {
            return "# \(machine.user.name) is in the group \(group.name) since it logged in: log out and in again, or\n"
                + "newgrp \(group.name)"
        }
        return "sudo usermod -aG \(group.name) \(machine.user.name)\n# then log out and in again"
    }

    /// Whether udev's rules name the device.
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
