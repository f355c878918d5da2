internal import Devices
internal import Platform

/// The reader of conditions of interlocks in the worker that has their devices.
///
/// A thread of its own takes a turn at the devices as a client does. While a device hangs it does not answer, and the
/// supervisor takes the condition as not fulfilled.
final class ConditionReader: Sendable {
    private struct State {
        /// The latest question, which replaces those before it.
        var question: ConditionQuestion?
        var isRunning = false
    }

    private let state = Lock(State())
    private let server: DeviceServer
    private let answer: @Sendable (ConditionAnswer) -> Void

    init(_ server: DeviceServer, answer: @escaping @Sendable (ConditionAnswer) -> Void) {
        (self.server, self.answer) = (server, answer)
    }

    func ask(_ question: ConditionQuestion) {
        let mustStart = state.update { state in
            state.question = question
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { inParallel("interlocks") { [self] in run() } }
    }

    private func run() {
        while let question = next() {
            let obstacles = question.conditions.map(server.obstacle)
            answer(ConditionAnswer(number: question.number, obstacles: obstacles))
        }
    }

    /// The next question; nil, and the thread ends, if none comes for a while.
    private func next() -> ConditionQuestion? {
        let question: ConditionQuestion? = state.wait(within: .seconds(10)) { state in
            defer { state.question = nil }
            return state.question
        }
        if let question { return question }
        return state.withLock { state in
            defer { state.question = nil }
            state.isRunning = state.question != nil
            return state.question
        }
    }
}

extension DeviceServer {
    /// The reason why a condition of an interlock does not hold; nil if it does.
    func obstacle(to condition: InterlockCondition) -> String? {
        for host in hosts.withLock({ $0 }) {
            guard let object = host.objects.first(where: { $0.isNamed(by: condition.device) }) else { continue }
            do {
                guard let isFulfilled = try host.fulfils(condition.state, object.index) else {
                    return "\(condition.device) has no such state: \(condition)"
                }
                return isFulfilled ? nil : "it is not true that \(condition)"
            } catch {
                return "\(condition.device) cannot be asked: \(ErrorTranslation.text(of: error))"
            }
        }
        return "there is no device \(condition.device)"
    }

    /// How long a permission of the supervisor is valid.
    private static let permissionTime = Duration.seconds(3)

    /// Notes which lights the interlocks permit.
    func permit(_ permissions: LightPermissions) {
        let end = ContinuousClock.now + Self.permissionTime
        for host in hosts.withLock({ $0 }) {
            for object in host.objects {
                guard let light = host.lights[object.index], light.rules.isInterlocked else { continue }
                let meant = permissions.lights.filter { object.isMeant(by: $0.light) }
                // A light is not forgotten: without a word about it there is no permission.
                guard !meant.isEmpty else { continue }
                light.set(meant.compactMap(\.obstacle).first.map { .denied($0) } ?? .granted(until: end))
            }
        }
    }
}
