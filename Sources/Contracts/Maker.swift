public import Devices

/// A device to try: what it is called, and how to open a new one.
public struct Maker: Sendable {
    let name: String
    let open: @Sendable () throws -> any Device

    public init(_ name: String, open: @escaping @Sendable () throws -> any Device) {
        self.name = name
        self.open = open
    }
}

/// A contract that binds a device, to be tried on a new one.
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
        // A device that does not shut down has a contract that says so.
        defer { if !contract.isLast { try? device.shutdown() } }
        return contract.findings(on: try device.part(part))
    }
}

extension Sequence<Maker> {
    /// Each of the devices and their parts with each contract that binds it; opens every device to know.
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
