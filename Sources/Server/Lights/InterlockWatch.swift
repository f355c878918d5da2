internal import Devices
internal import Logging
internal import Platform

/// The watch over the interlocks of a configuration, in the supervisor.
///
/// It asks the workers that have the devices of conditions, in short intervals, and sends permissions to the workers of
/// lights. All of it fails safe: without a fresh answer a condition does not hold, and a worker that hears nothing
/// switches its light off.
final class InterlockWatch: Sendable {
    /// A definition that is served, with its keeper.
    struct Member: Sendable {
        let definition: Definition
        let keeper: WorkerKeeper
    }

    private struct State {
        var members: [Member] = []
        var changes = 0
        var isRunning = false
        var isOver = false
        /// What forbade each interlock at the last look, for the log.
        var obstacles: [Interlock: String] = [:]
    }

    private let state = Lock(State())
    private let log: Logger

    init(log: Logger) { self.log = log }

    /// Watches over the interlocks of these definitions, and of no others.
    func watch(_ members: [Member]) {
        let isNeeded = members.contains { !$0.definition.interlocks.isEmpty }
        let mustStart = state.update { state in
            (state.members, state.changes) = (members, state.changes + 1)
            guard isNeeded, !state.isRunning, !state.isOver else { return false }
            state.isRunning = true
            return true
        }
        if mustStart { _ = BlockingThread.startEventually("interlocks") { [self] in run() } }
    }

    func stop() { state.update { $0.isOver = true } }

    /// The time between two questions, and the time that workers have until their answers are looked at.
    private static let (interval, patience) = (Duration.milliseconds(200), Duration.milliseconds(50))
    /// The age at which an answer is no longer believed.
    private static let validity = Duration.seconds(2)

    private func run() {
        var number = 0
        while true {
            let (members, changes, isOver) = state.withLock { ($0.members, $0.changes, $0.isOver) }
            if isOver { return }
            let interlocks = members.flatMap(\.definition.interlocks)
            number += 1
            for member in members { ask(member, number, interlocks) }
            wait(Self.patience, changes)
            for member in members where !member.definition.interlocks.isEmpty { permit(member, members) }
            wait(interlocks.isEmpty ? .seconds(60) : Self.interval - Self.patience, changes)
        }
    }

    /// Waits, but not after the end or a change of what is watched.
    private func wait(_ time: Duration, _ changes: Int) {
        let _: Bool? = state.wait(within: time) { $0.isOver || $0.changes != changes ? true : nil }
    }

    private func ask(_ member: Member, _ number: Int, _ interlocks: [Interlock]) {
        let conditions = interlocks.flatMap(\.conditions).filter { condition in
            member.definition.devices.contains { $0.name == condition.device.name }
        }
        guard !conditions.isEmpty else { return }
        let unique = conditions.reduce(into: [InterlockCondition]()) { if !$0.contains($1) { $0.append($1) } }
        member.keeper.ask(ConditionQuestion(number: number, conditions: unique))
    }

    private func permit(_ member: Member, _ members: [Member]) {
        let lights = member.definition.interlocks.map { interlock in
            let obstacle = interlock.conditions.lazy.compactMap { self.obstacle(to: $0, members) }.first
            logChange(of: interlock, obstacle)
            return (light: interlock.light, obstacle: obstacle)
        }
        member.keeper.send(.permit(LightPermissions(lights: lights)))
    }

    private func obstacle(to condition: InterlockCondition, _ members: [Member]) -> String? {
        let name = condition.device.name
        guard let member = members.first(where: { $0.definition.devices.contains { $0.name == name } }) else {
            return "\(condition.device) is not served"
        }
        return member.keeper.obstacle(to: condition, within: Self.validity)
    }

    private func logChange(of interlock: Interlock, _ obstacle: String?) {
        let old = state.withLock { state in
            defer { state.obstacles[interlock] = obstacle ?? "" }
            return state.obstacles[interlock]
        }
        guard old != obstacle ?? "" else { return }
        if let obstacle {
            log.notice("interlock: \(interlock.light) must not be on: \(obstacle)")
        } else {
            log.notice("interlock: \(interlock.light) may be on")
        }
    }
}

/// The latest answer of a worker on the conditions of interlocks.
final class ObservedConditions: Sendable {
    private struct State {
        /// The questions that were asked lately.
        var questions: [(question: ConditionQuestion, time: ContinuousClock.Instant)] = []
        var answers: [InterlockCondition: (obstacle: String?, time: ContinuousClock.Instant)] = [:]
        /// Whether the worker has ended, and whether somebody has seen that.
        var (hasEnded, isEndKnown) = (false, false)
    }

    private let state = Lock(State())

    private static let mostQuestions = 32

    func note(_ question: ConditionQuestion) {
        state.withLock { state in
            if state.isEndKnown { (state.hasEnded, state.isEndKnown) = (false, false) }
            state.questions = state.questions.suffix(Self.mostQuestions - 1) + [(question, .now)]
        }
    }

    func note(_ answer: ConditionAnswer) {
        state.withLock { state in
            guard let (question, time) = state.questions.first(where: { $0.question.number == answer.number }),
                question.conditions.count == answer.obstacles.count
            else { return }
            // Conditions of an earlier configuration are forgotten.
            state.answers = Dictionary(
                uniqueKeysWithValues: zip(question.conditions, answer.obstacles).map { ($0, ($1, time)) }
            )
        }
    }

    /// Forgets the answers of a worker that has ended.
    ///
    /// No condition holds until that has been seen once, however fast the worker is replaced.
    func noteEnd() { state.withLock { ($0.questions, $0.answers, $0.hasEnded) = ([], [:], true) } }

    /// The reason why a condition does not hold; nil if it holds, by an answer to a question not older than a limit.
    func obstacle(to condition: InterlockCondition, within limit: Duration) -> String? {
        state.withLock { state in
            guard !state.hasEnded else {
                state.isEndKnown = true
                return "the process of \(condition.device) has ended"
            }
            guard let (obstacle, time) = state.answers[condition] else {
                return "\(condition.device) has not answered yet"
            }
            guard .now - time <= limit else { return "\(condition.device) does not answer" }
            return obstacle
        }
    }
}

extension WorkerKeeper {
    /// Asks the worker about conditions; the answer is awaited by nobody.
    func ask(_ question: ConditionQuestion) {
        guard let worker = state.withLock({ $0.workerState.running.flatMap { $0.isServing ? $0.worker : nil } }) else {
            return
        }
        observed.note(question)
        worker.send(.observe(question))
    }

    func send(_ message: ControlMessage) {
        state.withLock { $0.workerState.running.flatMap { $0.isServing ? $0.worker : nil } }?.send(message)
    }

    /// The reason why a condition does not hold; nil if it holds.
    func obstacle(to condition: InterlockCondition, within limit: Duration) -> String? {
        let isServed = state.withLock { $0.workerState.running?.isServing == true }
        guard isServed else { return "\(condition.device) is not served" }
        return observed.obstacle(to: condition, within: limit)
    }
}
