import Devices

/// A light source with a fault, or none.
final class OddLight: LightSource, OnlyTriggersBulbOnSoftware {
    enum Fault {
        case staysOn, shinesWhenPowerIsSet, isWeak, isOnWhenOpened, staysOnAfterShutdown, staysDark, isSilent
    }

    var isEnabled = false
    var setPoint = 0.0
    private(set) var isOn: Bool
    private let fault: Fault?
    private var level = 0.0
    private var isBeingShutDown = false

    init(_ fault: Fault? = nil) {
        self.fault = fault
        isOn = fault == .isOnWhenOpened
    }

    var measuredPower: Double { fault == .isWeak ? level / 4 : level }

    func performEnable() { isOn = fault != .staysDark }
    func performDisable() { if fault != .staysOn, fault != .staysOnAfterShutdown { isOn = false } }
    func performShutdown() { if fault != .staysOnAfterShutdown { isOn = false } }

    func performSetPower(_ power: Double) {
        level = power
        if fault == .shinesWhenPowerIsSet { isOn = true }
    }

    var status: [String] { fault == .isSilent ? [] : ["fine"] }
}
