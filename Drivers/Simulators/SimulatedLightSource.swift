public import Devices

/// A light source without light.
public final class SimulatedLightSource: LightSource, OnlyTriggersBulbOnSoftware {
    public var isEnabled = false
    public var setPoint = 0.0
    public private(set) var isOn = false
    public private(set) var measuredPower = 0.0

    public init() {}

    public func performEnable() { isOn = true }
    public func performDisable() { isOn = false }
    public func performShutdown() { isOn = false }
    public func performSetPower(_ power: Double) { measuredPower = power }

    /// Emission, power and set point.
    public var status: [String] { [isOn ? "True" : "False", "\(measuredPower)", "\(setPoint)"] }
}

extension Driver where Configuration == NoOptions {
    public static var simulatedLightSource: Self {
        Driver("simulated-light-source", "a simulated light source") { _, _ in SimulatedLightSource() }
    }
}
