import Devices
import Pickle

/// A device of no kind with a fault, or none.
final class OddDevice: FloatingDevice {
    enum Fault {
        case isEnabledWhenOpened, staysEnabled, isShutDownOnce, hasNoMembers, hasAnAttributeThatFails,
            isEnabledByInitialize, cannotBeDisabled, changesItsUID
    }

    private let fault: Fault?
    private var wasShutDown = false
    private var enabled: Bool

    init(_ fault: Fault? = nil) {
        self.fault = fault
        enabled = fault == .isEnabledWhenOpened
    }

    var isEnabled: Bool {
        get { enabled }
        set { if newValue || fault != .staysEnabled { enabled = newValue } }
    }

    var uid: String { fault == .changesItsUID && enabled ? "B-2" : "A-1" }

    func performInitialize() { if fault == .isEnabledByInitialize { enabled = true } }

    func performDisable() throws { if fault == .cannotBeDisabled { throw DeviceError(.failed, "no answer") } }

    func performShutdown() throws {
        if fault == .isShutDownOnce, wasShutDown { throw DeviceError(.failed, "no handle") }
        wasShutDown = true
    }

    @RemoteInterfaceBuilder
    var remoteMembers: [any RemoteMember] {
        if fault != .hasNoMembers { deviceMembers }
        if fault == .hasAnAttributeThatFails {
            RemoteProperty("state", get: { () throws -> Int in throw DeviceError(.failed, "no answer") })
        }
    }
}

/// A device with settings that have a fault, or none.
final class OddSettings: Device {
    enum Fault {
        case forgets, changesItsLimits, lacksAChoice
    }

    var isEnabled = false
    private let fault: Fault?
    private var gain = 3
    private var limit = 10
    private var speed = ListedChoice(0)

    init(_ fault: Fault? = nil) { self.fault = fault }

    var settings: [Setting] {
        [
            Setting("temperature", in: -100.0...100.0, get: { Double.random(in: 0...1) }),
            Setting("gain", in: self.limits(), get: { self.gain }, set: setGain),
            Setting(
                "speed",
                in: ListedChoices(["slow", "fast"]),
                get: { self.speed },
                set: { speed in
                    if self.fault == .lacksAChoice { throw DeviceError(.failed, "no such speed") }
                    self.speed = speed
                }
            ),
        ]
    }

    private func limits() -> ClosedRange<Int> {
        if fault == .changesItsLimits { limit += 1 }
        return 0...limit
    }

    private func setGain(_ gain: Int) { self.gain = fault == .forgets ? gain + 1 : gain }
}
