public import Devices

/// A run of all contracts on a device and on those on its wire, from opening to shutdown.
///
/// The device is shut down at the end in every case.
public struct Examination {
    private let open: () throws -> any Device
    private let forbidding: (any Device) throws -> Set<Effect>
    private let patience: Duration
    private let interruption: Interruption
    private let report: (TrialResult) -> Void

    /// - Parameters:
    ///   - forbidding: the effects that are not allowed; called once, when the device is open.
    ///   - patience: the limit for anything that should come soon, as in ``Contract/findings(on:patience:until:)``.
    ///   - interruption: ends the examination early, without the result of the present contract.
    ///   - report: called for each contract when it has been tried, or skipped.
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

    /// Tries all contracts; those that shut the device down come last.
    ///
    /// Throws the errors of opening, of `forbidding` and of the last shutdown.
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

    /// - Returns: whether the contract was tried to its end.
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
            let findings = Findings(remarks: ["\(words) is not allowed"])
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

/// The result of one contract in an examination.
public struct TrialResult: Sendable {
    public enum Verdict: Sendable, Equatable {
        case kept, broken
        /// For the reason in the remarks of the findings.
        case notTried
    }

    /// The path of the device as in ``Device/parts``: empty for the device that was opened.
    public let path: String
    public let contract: Contract
    public let findings: Findings
    /// The duration of the trial, including the way back.
    public let duration: Duration

    public var verdict: Verdict {
        if !findings.violations.isEmpty { return .broken }
        return findings.remarks.isEmpty ? .kept : .notTried
    }
}

/// A device for trials: its name, and a function that opens a new one.
public struct Maker: Sendable {
    let name: String
    let open: @Sendable () throws -> any Device

    public init(_ name: String, open: @escaping @Sendable () throws -> any Device) {
        self.name = name
        self.open = open
    }
}

/// A contract and the device that it is tried on, which is opened for it.
public struct ContractCase: Sendable, CustomStringConvertible {
    private let maker: Maker
    private let part: String
    private let contract: Contract

    fileprivate init(_ maker: Maker, part: String, _ contract: Contract) {
        (self.maker, self.part, self.contract) = (maker, part, contract)
    }

    public var description: String { "\(maker.name)\(part): \(contract)" }

    /// Opens a device, tries the contract on it and shuts it down.
    public func findings() throws -> Findings {
        let device = try maker.open()
        // Failures to shut down are found by a contract of their own.
        defer { if !contract.isLast { try? device.shutdown() } }
        return contract.findings(on: try device.part(part))
    }
}

extension Sequence<Maker> {
    /// Each of the devices and their parts with each of its contracts.
    ///
    /// Opens every device to find them.
    public var contractCases: [ContractCase] {
        get throws {
            try flatMap { maker in
                let device = try maker.open()
                defer { try? device.shutdown() }
                return device.parts.flatMap { path, part in
                    Contract.all(for: part).map { ContractCase(maker, part: path, $0) }
                }
            }
        }
    }
}

extension Device {
    /// The device itself with an empty path, and all devices on its wire with paths such as `.laser` and
    /// `.stand.wheel`.
    public var parts: [(path: String, device: any Device)] {
        let controlled = (self as? any Controller)?.devices ?? []
        return [("", self)]
            + controlled.flatMap { name, device in device.parts.map { (".\(name)\($0.path)", $0.device) } }
    }

    /// The part with a path.
    public func part(_ path: String) throws -> any Device {
        guard let part = parts.first(where: { $0.path == path }) else {
            throw DeviceError(.failed, "\(typeName) has no device \(path)")
        }
        return part.device
    }
}
