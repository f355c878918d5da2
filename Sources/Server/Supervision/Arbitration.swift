internal import Devices

/// The rule by which child processes that search among the same candidates are assigned to definitions.
///
/// Each child opens candidates until it has one, reports its uid, and waits for a decision: it serves the definition
/// that means the device, or holds the device so that the others get the rest, until the search is over.
///
/// ``CameraSearch`` starts and ends the processes.
struct Arbitration {
    typealias Child = Int

    enum Action: Equatable {
        /// Start this many more children.
        case start(Int)
        case assign(Child, definition: Int)
        case release(Child)
        /// No candidate is left, so these definitions have no device for now.
        case giveUp([Int], SearchReport)
    }

    private enum Stage: Equatable {
        case trying
        case holding(String)
        case serving([String])
        /// Asked to release its device, if any, and still running.
        case releasing(String?)

        var uids: [String] {
            switch self {
            case .trying, .releasing(nil): []
            case .holding(let uid), .releasing(let uid?): [uid]
            case .serving(let uids): uids
            }
        }
    }

    /// The definition that means each uid.
    private var wanted: [String: Int] = [:]
    private let opensSideBySide: Bool

    private var unserved: Set<Int> = []
    private var children: [Child: Stage] = [:]
    /// Whether a child found nothing left to open, so that more children would not either.
    private var isExhausted = false
    private var crashes = 0
    private var report = SearchReport()

    init(opensSideBySide: Bool = true) { self.opensSideBySide = opensSideBySide }

    /// Adds a definition that means the devices with these uids.
    ///
    /// Its process itself looks for all but the first.
    mutating func add(_ definition: Int, meaning uids: [String]) {
        for uid in uids { wanted[uid] = definition }
    }

    var isSearching: Bool { !unserved.isEmpty }

    /// The uids of the devices that children have.
    private var accounted: [String] { children.values.flatMap(\.uids) }
    private var tryingCount: Int { children.values.count { $0 == .trying } }

    // MARK: Events

    /// These definitions need a process.
    mutating func search(for definitions: some Sequence<Int>) -> [Action] {
        unserved.formUnion(definitions)
        var actions: [Action] = []
        for (child, stage) in children.sorted(by: { $0.key < $1.key }) {
            guard case .holding(let uid) = stage else { continue }
            actions += opened(uid, by: child)
        }
        return actions + proceed()
    }

    /// A definition was removed.
    mutating func remove(_ definition: Int) -> [Action] {
        wanted = wanted.filter { $0.value != definition }
        unserved.remove(definition)
        return proceed()
    }

    mutating func started(_ child: Child) { children[child] = .trying }

    /// A child reports the number of candidates.
    mutating func counted(_ count: Int) -> [Action] {
        report.count = count
        return proceed()
    }

    /// A child has opened a device.
    mutating func got(_ uid: String, _ child: Child) -> [Action] {
        if !report.seen.contains(uid) { report.seen.append(uid) }
        return opened(uid, by: child) + proceed()
    }

    private mutating func opened(_ uid: String, by child: Child) -> [Action] {
        children[child] = .holding(uid)
        guard let definition = wanted[uid] else { return [] }
        if unserved.remove(definition) != nil {
            children[child] = .serving([uid])
            return [.assign(child, definition: definition)]
        }
        // The process that serves the definition needs this device as well.
        guard wanted.values.count(where: { $0 == definition }) > 1 else { return [] }
        children[child] = .releasing(uid)
        return [.release(child)]
    }

    /// A serving child has opened another device that its definition needs.
    mutating func serves(_ uid: String, _ child: Child) {
        guard case .serving(let uids)? = children[child] else { return }
        children[child] = .serving(uids + [uid])
    }

    /// A child has tried everything and got nothing.
    mutating func exhausted(_ child: Child, _ found: SearchReport) -> [Action] {
        isExhausted = true
        children[child] = .releasing(nil)
        report.count = found.count ?? report.count
        report.held = found.held
        report.unwanted = found.unwanted
        for failure in found.failures where !report.failures.contains(failure) { report.failures.append(failure) }
        return proceed()
    }

    /// A child has ended.
    ///
    /// - Parameters:
    ///   - reason: how it ended, in a few words.
    ///   - hasGivenUp: whether the child gave the reason itself, so that another child would give the same.
    mutating func ended(_ child: Child, _ reason: String, hasGivenUp: Bool = false) -> [Action] {
        guard let stage = children.removeValue(forKey: child), stage == .trying else { return proceed() }
        crashes += 1
        // What ended one child may end every child.
        if hasGivenUp || crashes > 2 * max(1, wanted.count) { isExhausted = true }
        if !report.failures.contains(reason) { report.failures.append(reason) }
        return proceed()
    }

    // MARK: Decisions

    private mutating func proceed() -> [Action] {
        if unserved.isEmpty { return finish() }
        if !isExhausted {
            let missing = wantedTries - tryingCount
            return missing > 0 ? [.start(missing)] : []
        }
        guard tryingCount == 0 else { return [] }
        report.held = max(0, report.held - accounted.count)
        report.seen += accounted.filter { !report.seen.contains($0) }
        let outcome = Action.giveUp(unserved.sorted(), report)
        unserved = []
        return [outcome] + finish()
    }

    /// How many children should try at the same time.
    private var wantedTries: Int {
        guard opensSideBySide else { return 1 }
        let left = report.count.map { $0 - accounted.count } ?? 0
        // All candidates are tried at once, within what a machine can take.
        return max(unserved.count, min(left, unserved.count + 7))
    }

    /// Releases everything that was held for the search.
    private mutating func finish() -> [Action] {
        (isExhausted, crashes, report) = (false, 0, SearchReport())
        let idle = children.filter { child in
            switch child.value {
            case .trying, .holding: true
            case .serving, .releasing: false
            }
        }
        for (child, stage) in idle { children[child] = .releasing(stage.uids.first) }
        return idle.keys.sorted().map { .release($0) }
    }
}
