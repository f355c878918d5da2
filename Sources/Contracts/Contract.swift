public import Devices

/// A behaviour that every device of a kind must have.
///
/// It is tried on an open, disabled device, and leaves it disabled and otherwise as it was found, with the same
/// position and settings.
public struct Contract: Sendable, CustomStringConvertible {
    /// The promise, as a sentence: `a filter wheel goes to each of its positions`.
    public let name: String
    /// Whether it shuts the device down, so that it has to be tried last.
    public let isLast: Bool
    private let enables: Bool
    private let effects: Set<Effect>
    private let isOf: @Sendable (any Device) -> Bool
    private let tryIt: @Sendable (any Device, Trial) throws -> Void

    public var description: String { name }

    /// - Parameters:
    ///   - enables: whether it enables the device, which switches a light source on and may move a stage.
    ///   - effects: its further effects.
    ///   - tryIt: reports violations to the trial, or throws an unexpected error of the device.
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

    /// All contracts for the kinds of a device, with those that shut it down at the end.
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

    /// The effects of a trial on a device.
    public func effects(on device: any Device) -> Set<Effect> {
        let effects = enables ? effects.union(Effect.ofEnabling(device)) : effects
        // The lights wired to its outputs go on.
        return device is any LightGate && effects.contains(.output) ? effects.union([.light]) : effects
    }

    /// Tries the contract on a device that is open and disabled.
    ///
    /// - Parameter patience: the limit for anything that should come soon, in addition to the time that the device
    ///   declares. A device that keeps its contracts never needs it.
    /// - Parameter interruption: ends the trial early; its findings are then dropped.
    public func findings(
        on device: any Device,
        patience: Duration = .seconds(30),
        until interruption: Interruption? = nil
    ) -> Findings {
        Interruption.$ofTrial.withValue(interruption) { findings(on: device, patience) }
    }

    /// Limits the power of all light sources to the maximum for contracts; their own power is restored at the end.
    private func dim(_ device: any Device) throws {
        for case let light as any LightSource in device.parts.map(\.device)
        where !(light.setPoint <= LightSourceContracts.mostPower) {
            try light.setPower(LightSourceContracts.mostPower)
        }
    }

    private func findings(on device: any Device, _ patience: Duration) -> Findings {
        let trial = Trial(device, patience: patience)
        let state = trial.attempt("its state could not be read") { try FoundState(of: device) }
        let isDim =
            !effects(on: device).contains(.light) || trial.attempt("could not be dimmed") { try dim(device) } != nil
        if isDim { trial.attempt { try tryIt(device, trial) } }
        if !isLast { trial.stepBack([state?.stepsBack ?? [device.disable]]) }
        return trial.findings
    }
}

extension Contract {
    /// A contract that clients find the members that python-microscope's devices of a kind have.
    ///
    /// Members that the server adds are not included: registration for data, `devices` and `axes`.
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
