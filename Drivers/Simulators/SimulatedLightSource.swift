public import Devices

/// A light source without light.
public final class SimulatedLightSource: LightSource, OnlyTriggersBulbOnSoftware {
    public var isEnabled = false
    public var setPoint: Double
    public private(set) var isOn = false
    public private(set) var measuredPower: Double
    private let hardware: SimulatedHardware

    /// - Parameter hardware: the name of the hardware, which keeps its power if its process dies.
    public init(hardware: String = "") {
        self.hardware = SimulatedHardware(hardware, [0])
        let power = min(max(self.hardware.values[0], 0), 1)
        (setPoint, measuredPower) = (power, power)
    }

    public func performEnable() { isOn = true }
    public func performDisable() { isOn = false }
    public func performShutdown() { isOn = false }
    public func performSetPower(_ power: Double) {
        measuredPower = power
        hardware.values = [power]
    }

    /// Emission, power and set point.
    public var status: [String] { [isOn ? "True" : "False", "\(measuredPower)", "\(setPoint)"] }
}

extension Driver where Configuration == NoOptions {
    public static var simulatedLightSource: Self {
        Driver("simulated-light-source", "a simulated light source", isSimulator: true) { _, context in
            SimulatedLightSource(hardware: context.hardwareName)
        }
    }
}
