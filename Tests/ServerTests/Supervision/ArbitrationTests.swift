import Devices
import Testing

@testable import Server

/// The assignment of child processes to definitions.
struct ArbitrationTests {
    private func rule(_ wanted: [String: Int], opensSideBySide: Bool = true) -> Arbitration {
        var rule = Arbitration(opensSideBySide: opensSideBySide)
        for (uid, definition) in wanted { rule.add(definition, meaning: [uid]) }
        return rule
    }

    private func exhausted(count: Int, held: Int) -> SearchReport {
        var report = SearchReport()
        (report.count, report.held) = (count, held)
        return report
    }

    @Test func asManyChildrenSearchAsDefinitionsDo() {
        var rule = rule(["a": 0, "b": 1, "c": 2])
        #expect(rule.search(for: [0, 1, 2]) == [.start(3)])
        for child in 1...3 { rule.started(child) }
        #expect(rule.counted(3) == [])
    }

    @Test func eachChildServesTheDefinitionThatMeansItsDevice() {
        var rule = rule(["a": 0, "b": 1])
        #expect(rule.search(for: [0, 1]) == [.start(2)])
        for child in 1...2 { rule.started(child) }
        #expect(rule.got("b", 1) == [.assign(1, definition: 1)])
        #expect(rule.got("a", 2) == [.assign(2, definition: 0)])
        #expect(!rule.isSearching)
    }

    @Test func unwantedDevicesAreHeldUntilNobodySearches() {
        var rule = rule(["a": 0])
        #expect(rule.search(for: [0]) == [.start(1)])
        rule.started(1)
        #expect(rule.counted(2) == [.start(1)])
        rule.started(2)
        #expect(rule.got("x", 1) == [])
        #expect(rule.got("a", 2) == [.assign(2, definition: 0), .release(1)])
    }

    @Test func everyCandidateIsTriedAtOnce() {
        var rule = rule(["a": 0])
        #expect(rule.search(for: [0]) == [.start(1)])
        rule.started(1)
        #expect(rule.counted(4) == [.start(3)])
    }

    @Test func oneAfterTheOtherIfTheLibraryCanDoNoBetter() {
        var rule = rule(["a": 0, "b": 1], opensSideBySide: false)
        #expect(rule.search(for: [0, 1]) == [.start(1)])
        rule.started(1)
        #expect(rule.counted(2) == [])
        #expect(rule.got("b", 1) == [.assign(1, definition: 1), .start(1)])
        rule.started(2)
        #expect(rule.got("a", 2) == [.assign(2, definition: 0)])
    }

    @Test func missingOnesAreGivenUpOnceNothingIsLeftToOpen() {
        var rule = rule(["a": 0, "b": 1])
        #expect(rule.search(for: [0, 1]) == [.start(2)])
        for child in 1...2 { rule.started(child) }
        #expect(rule.exhausted(2, exhausted(count: 2, held: 2)) == [])
        let actions = rule.got("a", 1)
        guard case .giveUp(let definitions, let report)? = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(actions.first == .assign(1, definition: 0))
        #expect(definitions == [1])
        #expect(report.held == 1)
        #expect(report.seen == ["a"])
        #expect(!rule.isSearching)
    }

    @Test func heldDeviceThatIsMeantLaterIsAssignedAtOnce() {
        var rule = rule(["a": 0, "b": 1])
        #expect(rule.search(for: [1]) == [.start(1)])
        rule.started(1)
        #expect(rule.got("a", 1) == [.start(1)])
        #expect(rule.search(for: [0]) == [.assign(1, definition: 0), .start(1)])
    }

    @Test func deviceOfAGroupThatIsServedIsLetGoForIt() {
        var rule = rule(["a": 0, "b": 0, "c": 1])
        #expect(rule.search(for: [0, 1]) == [.start(2)])
        for child in 1...2 { rule.started(child) }
        #expect(rule.got("a", 1) == [.assign(1, definition: 0)])
        #expect(rule.got("b", 2) == [.release(2), .start(1)])
        rule.serves("b", 1)
        rule.started(3)
        #expect(rule.got("c", 3) == [.assign(3, definition: 1)])
    }

    @Test func childThatDiesIsReplacedButNotForEver() {
        var rule = rule(["a": 0])
        var actions = rule.search(for: [0])
        var starts = 0
        while actions == [.start(1)] {
            starts += 1
            rule.started(starts)
            actions = rule.ended(starts, "signal 9")
        }
        #expect(starts == 3)
        guard case .giveUp([0], let report)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(report.failures == ["signal 9"])
    }

    @Test func childThatSaysWhyItFailsIsNotReplaced() {
        var rule = rule(["a": 0])
        #expect(rule.search(for: [0]) == [.start(1)])
        rule.started(1)
        let actions = rule.ended(1, "no library", hasGivenUp: true)
        guard case .giveUp([0], let report)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(report.failures == ["no library"])
    }

    /// Whatever the order of events: each device has one child, each definition its own device, and in the end no child
    /// is left but those that serve.
    @Test(arguments: 0..<300) func anyOrderOfEventsEndsWell(seed: UInt64) {
        var model = SearchModel(seed: seed)
        model.run()
        #expect(model.complaints == [])
    }
}

/// Plays the processes and the hardware to the rule, in an order of chance.
private struct SearchModel {
    private var random: SeededGenerator
    private var rule: Arbitration
    private let wanted: [String: Int]
    private let attached: [String]
    /// What each child does: nil while it tries, else the device that it has open.
    private var children: [Int: String?] = [:]
    private var served: [Int: Int] = [:]
    private var queue: [Arbitration.Action] = []
    private var childCount = 0
    private var missing: Set<Int> = []
    private(set) var complaints: [String] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let names = ["a", "b", "c", "d", "e", "f"]
        let meant = names.prefix(Int.random(in: 1...4, using: &random))
        wanted = Dictionary(uniqueKeysWithValues: meant.enumerated().map { ($1, $0) })
        attached = names.shuffled(using: &random).dropLast(Int.random(in: 0...3, using: &random))
        rule = Arbitration(opensSideBySide: Bool.random(using: &random))
        for (uid, definition) in wanted { rule.add(definition, meaning: [uid]) }
    }

    private var free: [String] { attached.filter { uid in !children.values.contains(uid) } }

    mutating func run() {
        perform(rule.search(for: wanted.values))
        for _ in 0..<500 where rule.isSearching || children.count > served.count {
            step()
        }
        if rule.isSearching { complaints.append("the search does not end") }
        if children.count != served.count { complaints.append("children are left: \(children)") }
        for (uid, definition) in wanted {
            let isThere = attached.contains(uid)
            if isThere, served[definition] == nil, !missing.contains(definition) {
                complaints.append("\(uid) is there and not served")
            }
        }
    }

    private mutating func step() {
        guard let child = children.keys.filter({ !served.values.contains($0) }).sorted().randomElement(using: &random)
        else { return }
        guard case .some(nil) = children[child] else { return }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: perform(rule.counted(attached.count))
        case 1:
            children[child] = nil
            perform(rule.ended(child, "died"))
        default:
            if let uid = free.randomElement(using: &random) {
                children[child] = uid
                perform(rule.got(uid, child))
            } else {
                var report = SearchReport()
                (report.count, report.held) = (attached.count, attached.count)
                perform(rule.exhausted(child, report))
                children[child] = nil
                perform(rule.ended(child, "exited"))
            }
        }
    }

    private mutating func perform(_ actions: [Arbitration.Action]) {
        for action in actions {
            switch action {
            case .start(let count):
                for _ in 0..<count {
                    childCount += 1
                    rule.started(childCount)
                    children[childCount] = .some(nil)
                }
            case .assign(let child, let definition):
                guard case .some(let uid?) = children[child], wanted[uid] == definition, served[definition] == nil
                else {
                    complaints.append("definition \(definition) got child \(child)")
                    continue
                }
                served[definition] = child
            case .release(let child):
                children[child] = nil
                perform(rule.ended(child, "released"))
            case .giveUp(let definitions, _): missing.formUnion(definitions)
            }
        }
    }
}
