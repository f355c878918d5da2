internal import Devices
internal import Glibc
internal import Logging

/// Definitions whose floating devices are among the same candidates, and so are searched for together.
struct SearchPlan {
    private struct Key: Hashable {
        let driver: String
        let kind: String
        let isSimulated: Bool

        init(_ part: FloatingPart, isSimulated: Bool) {
            (driver, kind) = (part.candidates.driver, part.candidates.kind)
            self.isSimulated = isSimulated
        }
    }

    private let candidates: Candidates
    private let environment: [String: String]
    private(set) var definitions: [Int: FloatingDefinition] = [:]

    /// The searches that a configuration needs.
    ///
    /// A definition with devices of several drivers takes part in the search of the first; its process then looks for
    /// the others itself.
    static func plans(for definitions: [Definition]) -> [SearchPlan] {
        var plans: [(key: Key, plan: SearchPlan)] = []
        for (number, definition) in definitions.enumerated() {
            let parts = definition.floatingParts.map { device, part in
                (key: Key(part, isSimulated: device.isSimulated), part: part)
            }
            guard let first = parts.first else { continue }
            let floating = FloatingDefinition(
                name: definition.name,
                uids: parts.filter { $0.key == first.key }.map(\.part.uid)
            )
            if let place = plans.firstIndex(where: { $0.key == first.key }) {
                plans[place].plan.definitions[number] = floating
            } else {
                var plan = SearchPlan(first.part.candidates, first.key, in: definitions)
                plan.definitions[number] = floating
                plans.append((first.key, plan))
            }
        }
        return plans.map(\.plan)
    }

    private init(_ candidates: Candidates, _ key: Key, in definitions: [Definition]) {
        self.candidates = candidates
        environment = Self.environment(for: candidates, key, definitions)
    }

    /// Lets simulated hardware have the devices that the configuration means, unless the environment says otherwise.
    private static func environment(
        for candidates: Candidates,
        _ key: Key,
        _ definitions: [Definition]
    ) -> [String: String] {
        guard key.isSimulated else { return [:] }
        let parts = definitions.flatMap(\.floatingParts).filter { device, part in
            part.candidates.driver == key.driver && device.isSimulated
        }
        return candidates.simulating(parts.map(\.part.uid)).filter { name, _ in unsafe getenv(name) == nil }
    }

    func search(orders: [WorkerOrder], executable: String, log: Logger) -> FloatingSearch {
        // There is no plan without a definition, and each of them has its order.
        let order = orders[definitions.keys.min() ?? 0]
        return FloatingSearch(
            candidates.driver,
            definitions,
            opensSideBySide: candidates.opensSideBySide,
            order: order,
            executable: executable,
            environment: environment,
            log: log
        )
    }
}
