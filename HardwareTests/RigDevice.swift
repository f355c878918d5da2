import Contracts
import Devices
import Server
import Testing

/// A device of the rig, from when it is opened to when it is shut down.
struct RigDevice: Sendable, CustomTestStringConvertible {
    private let definition: DeviceDefinition

    init(_ definition: DeviceDefinition) { self.definition = definition }

    var testDescription: String { definition.name }

    /// Tries all contracts on the device and on those on its wire; those that shut it down come last.
    func tryContracts(without forbidden: Set<Effect>) throws {
        let first = try open()
        for (path, part) in first.parts {
            for contract in Contract.all(for: part) where !contract.isLast {
                tryIt(contract, on: part, path, without: forbidden)
            }
        }
        var device: (any Device)? = first
        for contract in Contract.all(for: first) where contract.isLast {
            let open = try device ?? open()
            device = tryIt(contract, on: open, "", without: forbidden) ? nil : open
        }
        try device?.shutdown()
    }

    /// Whether it was tried.
    @discardableResult
    private func tryIt(
        _ contract: Contract,
        on device: any Device,
        _ path: String,
        without forbidden: Set<Effect>
    ) -> Bool {
        let effects = contract.effects(on: device).intersection(forbidden)
        guard effects.isEmpty else {
            say("not tried: \(contract), without \(effects.map(\.rawValue).sorted().joined(separator: " and "))", path)
            return false
        }
        let findings = contract.findings(on: device)
        for violation in findings.violations { Issue.record("\(definition.name)\(path): \(contract): \(violation)") }
        for remark in findings.remarks { say("not tried: \(contract), since \(remark)", path) }
        return true
    }

    private func say(_ text: String, _ path: String = "") { print("\(definition.name)\(path): \(text)") }

    private func open() throws -> any Device {
        let name = definition.name
        let device: any Device
        do {
            device = try definition.driver.open(
                DriverContext(isSimulated: definition.isSimulated) { print("\(name): \($0)") }
            )
        } catch {
            if definition.mayBeAbsent {
                say("skipped, since it is absent, as it may be: \(error)")
                try Test.cancel()
            }
            throw RigError("\(name) (\(definition.place)) could not be opened: \(error)")
        }
        do { try applySettings(to: device) } catch {
            try? device.shutdown()
            throw error
        }
        return device
    }

    private func applySettings(to device: any Device) throws {
        let settings = SettingList(device.settings)
        for wanted in definition.settings {
            do {
                let setting = try settings.find(wanted.name)
                try setting.set(try setting.key(for: wanted.value))
            } catch {
                throw RigError("\(definition.name) (\(wanted.place)): setting '\(wanted.name)': \(error)")
            }
        }
    }
}
