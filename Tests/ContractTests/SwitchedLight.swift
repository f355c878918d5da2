import Devices

/// A light source that counts how often it is switched on.
final class SwitchedLight: LightSource, OnlyTriggersBulbOnSoftware {
    var isEnabled = false
    var setPoint = 0.0
    private(set) var isOn = false
    private(set) var measuredPower = 0.0
    private(set) var switchedOn = 0
    private(set) var wasShutDown = false
    let status = ["fine"]
    private let isDark: Bool
    private let onEnable: () -> Void

    /// - Parameter isDark: whether it is enabled without light.
    init(isDark: Bool = false, onEnable: @escaping () -> Void = {}) {
        (self.isDark, self.onEnable) = (isDark, onEnable)
    }

    func performEnable() {
        (isOn, switchedOn) = (!isDark, switchedOn + 1)
        onEnable()
    }

    func performDisable() { isOn = false }
    func performShutdown() { wasShutDown = true }
    func performSetPower(_ power: Double) { measuredPower = power }
}
