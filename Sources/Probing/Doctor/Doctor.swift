public import Devices
public import Pickle
public import Server

/// The checks for system problems that keep devices from working, each with its fix; nothing is changed.
public struct Doctor: Sendable {
    let machine: Machine
    let inventory: Inventory
    let drivers: DriverCatalog
    /// The devices of a configuration, if one was given.
    let wanted: [WantedDevice]
    let context: DriverContext
    /// What has been found in the configuration itself.
    let configured: [Finding]

    public init(
        _ machine: Machine,
        _ inventory: Inventory,
        _ drivers: DriverCatalog,
        wanted: [WantedDevice] = [],
        configured: [Finding] = [],
        context: DriverContext = DriverContext()
    ) {
        (self.machine, self.inventory, self.drivers) = (machine, inventory, drivers)
        (self.wanted, self.configured, self.context) = (wanted, configured, context)
    }

    /// All findings, problems first.
    public var findings: [Finding] {
        let computer = permissions + kernelDrivers + links + memory + power
        let all =
            configured + computer + naming + libraries + otherLibraries + installations + uses + occupiedPorts + clock
        return all.filter { $0.weight == .problem } + all.filter { $0.weight == .advice }
    }

    private var clock: [Finding] {
        guard machine.isClockSynchronised == false else { return [] }
        return [
            Finding(
                .problem,
                .clock,
                "this computer",
                "its clock is not synchronised, so time stamps from two computers cannot be compared",
                "sudo timedatectl set-ntp true"
            )
        ]
    }

    /// Devices in use by programs other than our servers.
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

/// A problem of this computer that keeps devices from working, or may do so.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    public enum Weight: String, Sendable, CaseIterable {
        /// A device cannot be used, or does not work well.
        case problem
        /// It works now, but may fail later.
        case advice
    }

    public let weight: Weight
    /// The check that found it: `permissions`, `clock`.
    public let check: Check
    /// The affected device, port or computer.
    public let subject: String
    public let text: String
    /// The fix: commands to type, or instructions after `#`.
    public let command: String

    public enum Check: String, Sendable, CaseIterable {
        case permissions, driver, memory, link, power, naming, library, use, clock, configuration
    }

    /// A problem of a configuration on this computer, as `device-server --check` finds it.
    public init(_ finding: ConfigurationFinding, in file: String) {
        self.init(
            finding.severity == .error ? .problem : .advice,
            .configuration,
            "\(finding.place)",
            finding.message,
            "# change \(file), then: device-server --check \(file)"
        )
    }

    init(_ weight: Weight, _ check: Check, _ subject: String, _ text: String, _ command: String) {
        (self.weight, self.check, self.subject, self.text, self.command) = (weight, check, subject, text, command)
    }

    public var json: PythonValue {
        .dict([
            "weight": .str(weight.rawValue), "check": .str(check.rawValue), "subject": .str(subject),
            "text": .str(text), "command": .str(command),
        ])
    }

    /// The finding in lines, for people.
    public var description: String {
        let commands = command.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return "\(weight == .problem ? "Problem" : "Advice"): \(subject): \(text)\n\(commands)"
    }
}
