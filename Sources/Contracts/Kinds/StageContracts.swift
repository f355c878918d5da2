internal import Devices
internal import Pickle

/// The contracts of every stage.
enum StageContracts {
    static let all = [
        Contract.members(
            of: (any Stage).self,
            "a stage",
            methods: ["may_move_on_enable", "move_by", "move_to"],
            attributes: ["limits", "position"]
        ),
        Contract("a stage's axes have the members of an axis", axesHaveTheirMembers),
        Contract("a stage reports the position and the limits of each axis", tellsAllAxes),
        Contract("a stage refuses invalid positions, and stays", refusesWhatIsNoPlace),
        Contract("a stage stays where it is when enabled, if it says so", enables: true, staysWhenEnabled),
        Contract("a stage stands within its limits", enables: true, standsWithinItsLimits),
        motion("a stage has arrived when a call that moves it returns", isThereWhenItReturns),
        motion("a stage's axis moves alone", axisMovesByItself),
        motion("a stage can be watched while it moves", canBeWatched),
        motion("a stage does not move beyond its limits", effects: [.motion, .travel], goesNoFarther),
    ]

    /// A contract about an enabled stage, since a stage has to be enabled before it moves.
    private static func motion(
        _ name: String,
        effects: Set<Effect> = [.motion],
        _ tryIt: @escaping @Sendable (any Stage, Trial) throws -> Void
    ) -> Contract {
        Contract(name, enables: true, effects: effects) { (stage: any Stage, trial) in
            try stage.enable()
            try tryIt(stage, trial)
        }
    }

    private static func axesHaveTheirMembers(stage: any Stage, trial: Trial) {
        for (_, axis) in stage.axes {
            let interface = Client(axis).interface
            trial.expectMembers(of: interface, methods: ["move_by", "move_to"], attributes: ["limits", "position"])
        }
    }

    private static func tellsAllAxes(stage: any Stage, trial: Trial) throws {
        let names = stage.axes.map { PythonValue.str($0.name) }
        if names.isEmpty { trial.violate("it has no axes") }
        trial.expect("number of different axes", Set(stage.axes.map(\.name)).count, is: names.count)
        for attribute in ["position", "limits"] {
            guard case .dict(let values) = try trial.client.get(attribute) else {
                trial.violate("\(attribute) is not a dict")
                continue
            }
            trial.expect("axes in \(attribute)", values.pairs.map(\.key), is: names)
        }
    }

    private static func standsWithinItsLimits(stage: any Stage, trial: Trial) throws {
        // A stage has to know its position only while it is enabled.
        try stage.enable()
        for (name, axis) in stage.axes {
            trial.expect("isMoving of \(name)", try axis.isMoving, is: false)
            try expectWithinLimits(name, axis, trial)
        }
    }

    private static func expectWithinLimits(_ name: String, _ axis: any StageAxis, _ trial: Trial) throws {
        let (limits, tolerance) = (try axis.limits, try axis.tolerance)
        guard limits.lower <= limits.upper else { return trial.violate("limits of \(name): got \(limits)") }
        let position = try axis.position
        trial.expect("position of \(name)", position, near: limits.clamp(position), within: tolerance)
    }

    private static func expectAt(_ target: Double, _ name: String, _ axis: any StageAxis, _ trial: Trial) throws {
        trial.expect("position of \(name)", try axis.position, near: target, within: try axis.tolerance)
    }

    private static func refusesWhatIsNoPlace(stage: any Stage, trial: Trial) throws {
        let client = trial.client
        let before = try stage.axes.map { try $0.axis.position }
        for (name, axis) in stage.axes {
            for method in ["move_to", "move_by"] {
                for value in [Double.nan, .infinity] {
                    trial.expect("\(method)(\(value))", isRefusedBy: .value) {
                        try Client(axis).call(method, .float(value))
                    }
                }
                trial.expect("\(method)('a')", isRefusedBy: .type) { try Client(axis).call(method, "a") }
                let unknown = PythonValue.dict([name: .float(try axis.step), "no such axis": 0.0])
                trial.expect("\(method) of an axis that is not there", isRefusedBy: .key) {
                    try client.call(method, unknown)
                }
            }
        }
        for ((name, axis), before) in zip(stage.axes, before) {
            trial.expect("isMoving of \(name) after what was refused", try axis.isMoving, is: false)
            try expectAt(before, name, axis, trial)
        }
    }

    private static func staysWhenEnabled(stage: any Stage, trial: Trial) throws {
        guard try !stage.mayMoveOnEnable else { throw NotTried("it may move when enabled") }
        let before = try stage.axes.map { try $0.axis.position }
        try trial.client.call("enable")
        for ((name, axis), before) in zip(stage.axes, before) {
            trial.expect("isMoving of \(name) after enable", try axis.isMoving, is: false)
            try expectAt(before, name, axis, trial)
        }
    }

    private static func isThereWhenItReturns(stage: any Stage, trial: Trial) throws {
        let targets = try stage.axes.map { (name: $0.name, value: try $0.axis.position + $0.axis.step) }
        try trial.client.call("move_to", NamedValues(targets).python)
        for ((name, axis), target) in zip(stage.axes, targets) { try expectAt(target.value, name, axis, trial) }
        let back = try stage.axes.map { (name: $0.name, value: try -$0.axis.step) }
        let before = try stage.axes.map { try $0.axis.position }
        try trial.client.call("move_by", NamedValues(back).python)
        for (index, (name, axis)) in stage.axes.enumerated() {
            try expectAt(before[index] + back[index].value, name, axis, trial)
        }
    }

    private static func axisMovesByItself(stage: any Stage, trial: Trial) throws {
        for (name, axis) in stage.axes {
            let others = try stage.axes.filter { $0.name != name }.map { (name: $0.name, value: try $0.axis.position) }
            let (client, start, step) = (Client(axis), try axis.position, try axis.step)
            try client.call("move_to", .float(start + step))
            try expectAt(start + step, name, axis, trial)
            try client.call("move_by", .float(-step))
            try expectAt(start, name, axis, trial)
            for (axis, other) in zip(stage.axes.filter { $0.name != name }, others) {
                try expectAt(other.value, axis.name, axis.axis, trial)
            }
        }
    }

    private static func canBeWatched(stage: any Stage, trial: Trial) throws {
        let targets = try stage.axes.map { (name: $0.name, value: try $0.axis.position + $0.axis.step) }
        try stage.move(to: NamedValues(targets)).wait {
            for (name, axis) in stage.axes { try expectWithinLimits(name, axis, trial) }
        }
        for (name, axis) in stage.axes {
            trial.expect("isMoving of \(name) after the move", try axis.isMoving, is: false)
        }
    }

    private static func goesNoFarther(stage: any Stage, trial: Trial) throws {
        for (name, axis) in stage.axes {
            let (client, limits) = (Client(axis), try axis.limits)
            try client.call("move_to", .float(limits.upper + 1000))
            try expectAt(limits.upper, name, axis, trial)
            try client.call("move_by", .float(limits.lower - limits.upper - 1000))
            try expectAt(limits.lower, name, axis, trial)
        }
    }
}
