internal import Devices
internal import Pickle

/// The contracts of every deformable mirror.
///
/// Patterns stay near 0.5, the middle by convention, and the mirror is left there: its earlier pattern cannot be read.
enum MirrorContracts {
    static let all = [
        Contract.members(
            of: (any DeformableMirror).self,
            "a deformable mirror",
            methods: ["apply_pattern", "next_pattern", "queue_patterns"],
            attributes: ["n_actuators"]
        ),
        Contract("a deformable mirror reports how many actuators it has", tellsHowManyActuatorsItHas),
        Contract("a deformable mirror refuses a trigger when no pattern is queued", refusesATriggerWithoutAQueue),
        Contract(
            "a deformable mirror refuses invalid patterns, and keeps its queue",
            effects: [.motion],
            refusesWhatIsNoPattern
        ),
        Contract(
            "a deformable mirror takes patterns, and steps through a queue of them",
            effects: [.motion],
            takesPatterns
        ),
    ]

    private static func tellsHowManyActuatorsItHas(mirror: any DeformableMirror, trial: Trial) throws {
        if mirror.actuatorCount < 1 { trial.violate("it has \(mirror.actuatorCount) actuators") }
        trial.expect("n_actuators", try trial.client.get("n_actuators"), is: .int(mirror.actuatorCount))
    }

    private static func refusesATriggerWithoutAQueue(mirror: any DeformableMirror, trial: Trial) throws {
        try useSoftwareTriggers(mirror)
        for method in ["trigger", "next_pattern"] {
            trial.expect("\(method)()", isRefusedBy: .device(.failed)) { try trial.client.call(method) }
        }
    }

    private static func takesPatterns(mirror: any DeformableMirror, trial: Trial) throws {
        let (client, count) = (trial.client, mirror.actuatorCount)
        try useSoftwareTriggers(mirror)
        try client.call("apply_pattern", array(of: 0.5, shape: [count]))
        try client.call("apply_pattern", array(of: 0.5, shape: [1, count]))
        try client.call("queue_patterns", array(of: 0.48, shape: [2, count]))
        try client.call("trigger")
        try client.call("next_pattern")
        trial.expect("next_pattern() at the end", isRefusedBy: .index) { try client.call("next_pattern") }
        try client.call("apply_pattern", array(of: 0.5, shape: [count]))
    }

    private static func refusesWhatIsNoPattern(mirror: any DeformableMirror, trial: Trial) throws {
        let (client, count) = (trial.client, mirror.actuatorCount)
        try useSoftwareTriggers(mirror)
        try client.call("queue_patterns", array(of: 0.5, shape: [1, count]))
        for method in ["apply_pattern", "queue_patterns"] {
            for shape in [[count + 1], [1, count + 1], [1, 1, count]] {
                trial.expect("\(method) of shape \(shape)", isRefusedBy: .value) {
                    try client.call(method, array(of: 0.5, shape: shape))
                }
            }
            trial.expect("\(method)('a')", isRefusedBy: .type) { try client.call(method, "a") }
        }
        trial.expect("apply_pattern of two", isRefusedBy: .value) {
            try client.call("apply_pattern", array(of: 0.5, shape: [2, count]))
        }
        trial.attempt("the queue is gone after what was refused") { try client.call("trigger") }
    }

    private static func useSoftwareTriggers(_ mirror: any DeformableMirror) throws {
        do { try mirror.setTrigger(.software, .once) } catch let error as DeviceError where error.kind == .unsupported {
            throw NotTried("it has no software triggers")
        }
    }

    private static func array(of value: Double, shape: [Int]) throws -> PythonValue {
        let most = 1 << 20
        guard shape.allSatisfy({ (1...most).contains($0) }),
            let array = NDArray(Array(repeating: value, count: shape.reduce(1, *)), shape: shape)
        else { throw DeviceError(.failed, "no mirror takes a pattern of shape \(shape)") }
        return .array(array)
    }
}
