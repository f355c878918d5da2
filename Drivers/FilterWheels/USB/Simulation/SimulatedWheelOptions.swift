internal import Devices

/// How a simulated wheel is made.
public struct SimulatedWheelOptions: Sendable {
    public var serial: String?
    public var positions: Int
    public var stepTime: Duration
    public var homingTime: Duration

    public init(
        serial: String? = nil,
        positions: Int,
        stepTime: Duration = .milliseconds(250),
        homingTime: Duration = .milliseconds(500)
    ) {
        (self.serial, self.positions, self.stepTime, self.homingTime) = (serial, positions, stepTime, homingTime)
    }
}

extension SimulatedWheelOptions {
    /// As a configuration wants it.
    ///
    /// - Parameter positions: how many there are unless it says.
    init(_ configuration: WheelConfiguration, positions: Int) {
        self.init(serial: configuration.serial, positions: min(configuration.positions?.value ?? positions, 64))
    }
}
