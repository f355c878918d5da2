internal import Devices
internal import Glibc

/// Among which candidates a definition's floating device is; those with the same key are searched for together.
struct SearchKey: Hashable {
    private let driver: String
    private let kind: String
    private let isSimulated: Bool

    fileprivate init(_ device: DeviceDefinition, _ part: FloatingPart) {
        (driver, kind) = (part.candidates.driver, part.candidates.kind)
        isSimulated = device.isSimulated
    }
}

extension Definition {
    /// The search that it takes part in, and for which devices; nil if it has no floating ones.
    ///
    /// Of devices of several drivers these are the first driver's; its process looks for the others itself.
    var search: (key: SearchKey, candidates: Candidates, uids: [String])? {
        let parts = floatingParts.map { (key: SearchKey($0, $1), part: $1) }
        guard let first = parts.first else { return nil }
        let same = parts.filter { $0.key == first.key }
        return (first.key, first.part.candidates, same.map(\.part.uid))
    }
}

extension Sequence<Definition> {
    /// What processes find in their environment so that simulated hardware has the devices that these definitions mean;
    /// what the environment says already stays as it is.
    public var simulatedEnvironment: [String: String] {
        let parts = flatMap(\.floatingParts).filter(\.device.isSimulated).map(\.part)
        var environment: [String: String] = [:]
        for (_, parts) in Dictionary(grouping: parts, by: \.candidates.driver) {
            guard let simulating = parts.first?.candidates.simulating else { continue }
            environment.merge(simulating(parts.map(\.uid))) { first, _ in first }
        }
        return environment.filter { name, _ in unsafe getenv(name) == nil }
    }
}
