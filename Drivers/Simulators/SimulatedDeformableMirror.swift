public import Devices
internal import Pickle

/// A deformable mirror without a surface, which reports the pattern that was last applied.
public final class SimulatedDeformableMirror: DeformableMirror, OnlyTriggersOnceOnSoftware {
    public var isEnabled = false
    public let actuatorCount: Int
    public var patternQueue = PatternQueue()
    /// The positions of the actuators; zeros at first.
    public var pattern: [Double] { hardware.values }
    private let hardware: SimulatedHardware

    /// - Parameter hardware: the name of the hardware, which keeps its pattern if its process dies.
    public init(_ configuration: Configuration, hardware: String = "") {
        actuatorCount = configuration.actuatorCount.value
        self.hardware = SimulatedHardware(hardware, Array(repeating: 0, count: actuatorCount))
    }

    public func performApply(_ pattern: [Double]) { hardware.values = pattern }

    public var remoteMembers: [any RemoteMember] {
        mirrorMembers
        RemoteMethod("get_current_pattern") { NDArray(self.pattern, shape: [self.actuatorCount]) }
    }
}

extension SimulatedDeformableMirror {
    public struct Configuration: Decodable, Sendable {
        public var actuatorCount: Count

        private enum CodingKeys: String, CodingKey {
            case actuatorCount = "n_actuators"
        }

        public init(actuatorCount: Count) { self.actuatorCount = actuatorCount }
    }
}

extension Driver where Configuration == SimulatedDeformableMirror.Configuration {
    public static var simulatedDeformableMirror: Self {
        Driver("simulated-deformable-mirror", "a simulated deformable mirror", isSimulator: true) {
            configuration,
            context in
            SimulatedDeformableMirror(configuration, hardware: context.hardwareName)
        }
    }
}
