import Devices

/// A light source that counts how often it is switched on.
final class SwitchedLight: LightSource, OnlyTriggersBulbOnSoftware {
    var isEnabled = false
    var setPoint: Double
    private(set) var isOn = false { didSet { note() } }
    private(set) var measuredPower: Double { didSet { note() } }
    private(set) var mostPowerWhileOn = 0.0
    private(set) var switchedOn = 0
    private(set) var wasShutDown = false
    let status = ["fine"]
    private let isDark: Bool
    private let onEnable: () -> Void

    /// - Parameter isDark: whether it is enabled without light.
    init(isDark: Bool = false, setPoint: Double = 0, onEnable: @escaping () -> Void = {}) {
        (self.isDark, self.onEnable) = (isDark, onEnable)
        (self.setPoint, measuredPower) = (setPoint, setPoint)
    }

    private func note() { if isOn { mostPowerWhileOn = max(mostPowerWhileOn, measuredPower) } }

    func performEnable() {
        (isOn, switchedOn) = (!isDark, switchedOn + 1)
        onEnable()
    }

    func performDisable() { isOn = false }
    func performShutdown() { wasShutDown = true }
    func performSetPower(_ power: Double) { measuredPower = power }
}
