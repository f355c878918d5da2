public import Devices

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
        Driver("simulated-deformable-mirror", "a deformable mirror that is made up") { configuration, _ in
            SimulatedDeformableMirror(configuration)
        }
    }
}
