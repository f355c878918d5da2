public import Devices

/// Something that every device of a kind must do, whoever made it and however it is reached.
///
/// It is tried on an open device that is disabled, and leaves it disabled and otherwise as it was found: where it
/// stood, and set to what it was set to.
public struct Contract: Sendable, CustomStringConvertible {
    /// The promise, as a sentence: `a filter wheel goes to each of its positions`.
    public let name: String
    /// Whether the device is shut down by it, so that it has to be the last one.
    public let isLast: Bool
    private let enables: Bool
    private let effects: Set<Effect>
    private let isOf: @Sendable (any Device) -> Bool
    private let tryIt: @Sendable (any Device, Trial) throws -> Void

    public var description: String { name }

    /// - Parameters:
    ///   - enables: whether it puts the device to use, which lights a light source and may move a stage.
    ///   - effects: what else it puts the device through.
    ///   - tryIt: tells the trial what is not as promised, or throws what a device throws that should not.
    init<Kind>(
        _ name: String,
        enables: Bool = false,
        effects: Set<Effect> = [],
        isLast: Bool = false,
        _ tryIt: @escaping @Sendable (Kind, Trial) throws -> Void
    ) {
        self.name = name
        self.enables = enables
        self.effects = effects
        self.isLast = isLast
        isOf = { $0 is Kind }
        self.tryIt = { device, trial in
            if let device = device as? Kind { try tryIt(device, trial) }
        }
    }

    /// All contracts that bind a device, by what kinds it is of, with those that shut it down at the end.
    public static func all(for device: any Device) -> [Contract] {
        let binding = everything.filter { $0.isOf(device) }
        return binding.filter { !$0.isLast } + binding.filter(\.isLast)
    }

    private static let everything =
        DeviceContracts.all + FloatingDeviceContracts.all + SettingContracts.all + TriggerContracts.all
        + DataDeviceContracts.all
        + CameraContracts.all + ImageContracts.all + FilterWheelContracts.all + LightSourceContracts.all
        + StageContracts.all + MirrorContracts.all + ControllerContracts.all + ValueLoggerContracts.all
        + DigitalIOContracts.all

    /// What a trial of it puts a device through.
    public func effects(on device: any Device) -> Set<Effect> {
        let effects = enables ? effects.union(Effect.ofEnabling(device)) : effects
        // What is wired to its outputs shines.
        return device is any LightGate && effects.contains(.output) ? effects.union([.light]) : effects
    }

    /// Tries it on a device that is open and disabled.
    ///
    /// - Parameter patience: how long to wait for what should come soon, beyond the time that the device says it takes;
    ///   no device that keeps its contracts makes anybody wait for so long.
    /// - Parameter interruption: ends the trial early; what it found counts for nothing then.
    public func findings(
        on device: any Device,
        patience: Duration = .seconds(30),
        until interruption: Interruption? = nil
    ) -> Findings {
        Interruption.$ofTrial.withValue(interruption) { findings(on: device, patience) }
    }

    /// Leaves no light source with more power than contracts switch on; what it was set to, it is set to in the end.
    private func dim(_ device: any Device) throws {
        for case let light as any LightSource in device.parts.map(\.device)
        where !(light.setPoint <= LightSourceContracts.mostPower) {
            try light.setPower(LightSourceContracts.mostPower)
        }
    }

    private func findings(on device: any Device, _ patience: Duration) -> Findings {
        let trial = Trial(device, patience: patience)
        let state = trial.attempt("could not tell its state") { try FoundState(of: device) }
        let isDim =
            !effects(on: device).contains(.light) || trial.attempt("could not be dimmed") { try dim(device) } != nil
        if isDim { trial.attempt { try tryIt(device, trial) } }
        if !isLast { trial.stepBack([state?.stepsBack ?? [device.disable]]) }
        return trial.findings
    }
}

extension Contract {
    /// A contract that clients find what python-microscope's devices of a kind have.
    ///
    /// What the server adds is not among it: the rows by which clients register for data, `devices` and `axes`.
    static func members<Kind>(
        of _: Kind.Type,
        _ kind: String,
        methods: [String],
        attributes: [String] = []
    ) -> Contract {
        Contract("\(kind) has the members of its kind") { (_: Kind, trial) in
            trial.expectMembers(of: trial.client.interface, methods: methods, attributes: attributes)
        }
    }
}

extension Trial {
    func expectMembers(of interface: RemoteInterface, methods: [String], attributes: [String]) {
        for name in methods where !interface.has(method: name) { violate("there is no method \(name)") }
        for name in attributes where !interface.has(property: name) { violate("there is no attribute \(name)") }
    }
}
