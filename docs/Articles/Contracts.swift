import Contracts
import Devices

/// The broken promises of a device that is open and disabled, without switching light on or moving anything.
func brokenPromises(of device: any Device) -> [String] {
    Contract.all(for: device)
        .filter { $0.effects(on: device).isDisjoint(with: Effect.dangerous) && !$0.isLast }
        .flatMap { contract in contract.findings(on: device).violations.map { "\(contract): \($0)" } }
}
