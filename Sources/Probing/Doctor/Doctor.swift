public import Devices

/// Looks for what Linux puts in the way of devices, and says what mends it; changes nothing.
public struct Doctor: Sendable {
    let machine: Machine
    let inventory: Inventory
    let drivers: DriverCatalog
    /// The devices of a configuration, if one was named.
    let wanted: [WantedDevice]
    let context: DriverContext

    public init(
        _ machine: Machine,
        _ inventory: Inventory,
        _ drivers: DriverCatalog,
        wanted: [WantedDevice] = [],
        context: DriverContext = DriverContext()
    ) {
        (self.machine, self.inventory, self.drivers) = (machine, inventory, drivers)
        (self.wanted, self.context) = (wanted, context)
    }

    /// All that was found, what keeps devices from working first.
    public var findings: [Finding] {
        let computer = permissions + kernelDrivers + links + memory + power
        let all = computer + naming + libraries + uses + occupiedPorts + clock
        return all.filter { $0.weight == .problem } + all.filter { $0.weight == .advice }
    }

    private var clock: [Finding] {
        guard machine.isClockSynchronised == false else { return [] }
        return [
            Finding(
                .problem,
                .clock,
                "this computer",
                "its clock follows no other, so that times of images from two computers cannot be compared",
                "sudo timedatectl set-ntp true"
            )
        ]
    }

    /// Who has a device beside our own servers.
    private var uses: [Finding] {
        let devices = inventory.knownUSB.map { ("\($0.info)", $0.holders) }
        let ports = inventory.ports.map { ($0.path, $0.holders) }
        return (devices + ports).flatMap { subject, holders in
            holders.filter { inventory.servedName([$0]) == nil && !$0.isWorker }.map { holder in
                Finding(.problem, .use, subject, "is in use by \(holder)", Self.ending(holder))
            }
        }
    }

    static func ending(_ holder: Holder) -> String {
        switch holder.name {
        case "ModemManager": "sudo systemctl disable --now ModemManager"
        case "brltty": "sudo apt-get remove brltty"
        default: "kill \(holder.pid)"
        }
    }
}
