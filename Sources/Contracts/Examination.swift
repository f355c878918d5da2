public import Devices

/// All contracts on a device and on those on its wire, from when it is opened to when it is shut down.
///
/// Whatever happens, the device is shut down in the end.
public struct Examination {
    private let open: () throws -> any Device
    private let forbidding: (any Device) throws -> Set<Effect>
    private let patience: Duration
    private let interruption: Interruption
    private let report: (TrialResult) -> Void

    /// - Parameters:
    ///   - forbidding: what the device and those on its wire may not be put through; asked once, when it is open.
    ///   - patience: how long to wait for what should come soon, as with ``Contract/findings(on:patience:until:)``.
    ///   - interruption: ends the examination early, without the contract that is being tried.
    ///   - report: told of each contract when it has been tried, or left out.
    public init(
        open: @escaping () throws -> any Device,
        forbidding: @escaping (any Device) throws -> Set<Effect>,
        patience: Duration = .seconds(30),
        until interruption: Interruption = Interruption(),
        report: @escaping (TrialResult) -> Void
    ) {
        (self.open, self.forbidding, self.report) = (open, forbidding, report)
        (self.patience, self.interruption) = (patience, interruption)
    }

    /// Tries all contracts, last those that shut the device down.
    ///
    /// Throws what opening it throws, `forbidding` or the last shutdown.
    public func run() throws {
        let first = try open()
        var device: (any Device)? = first
        do {
            let forbidden = interruption.isAsked ? [] : try forbidding(first)
            for (path, part) in first.parts {
                for contract in Contract.all(for: part) where !contract.isLast {
                    tryIt(contract, on: part, path, forbidden)
                }
            }
            for contract in Contract.all(for: first) where contract.isLast && !interruption.isAsked {
                let open = try device ?? openAgain()
                device = open
                if tryIt(contract, on: open, "", forbidden) { device = nil }
            }
        } catch {
            try? device?.shutdown()
            throw error
        }
        try device?.shutdown()
    }

    private func openAgain() throws -> any Device {
        do { return try open() } catch {
            throw DeviceError(.initialise, "it could not be opened again after it was shut down: \(error)")
        }
    }

    /// Whether it was tried to its end.
    @discardableResult
    private func tryIt(
        _ contract: Contract,
        on device: any Device,
        _ path: String,
        _ forbidden: Set<Effect>
    ) -> Bool {
        guard !interruption.isAsked else { return false }
        let effects = contract.effects(on: device).intersection(forbidden)
        guard effects.isEmpty else {
            let words = effects.map(\.rawValue).sorted().joined(separator: " and ")
            let findings = Findings(remarks: ["\(words) may not happen"])
            report(TrialResult(path: path, contract: contract, findings: findings, duration: .zero))
            return false
        }
        let start = ContinuousClock.now
        let findings = contract.findings(on: device, patience: patience, until: interruption)
        guard !interruption.isAsked else { return false }
        let duration = ContinuousClock.now - start
        report(TrialResult(path: path, contract: contract, findings: findings, duration: duration))
        return true
    }
}
