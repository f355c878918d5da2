public import Devices
internal import Pickle

/// A deformable mirror without a surface, which reports the pattern that was last applied.
public final class SimulatedDeformableMirror: DeformableMirror, OnlyTriggersOnceOnSoftware {
    public var isEnabled = false
    public let actuatorCount: Int
    public var patternQueue = PatternQueue()
    /// The positions of the actuators; zeros at first.
    public private(set) var pattern: [Double]

    public init(_ configuration: Configuration) {
        actuatorCount = configuration.actuatorCount.value
        pattern = Array(repeating: 0, count: actuatorCount)
    }

    public func performApply(_ pattern: [Double]) { self.pattern = pattern }

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
        Driver("simulated-deformable-mirror", "a simulated deformable mirror") { configuration, _ in
            SimulatedDeformableMirror(configuration)
        }
    }
}
