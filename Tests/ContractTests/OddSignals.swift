import Devices
import Pickle

/// Digital lines with a fault, or none.
final class OddLines: DigitalIO {
    enum Fault {
        case forgetsLevels, forgetsDirections, sendsNumbers, readsAnotherLine
    }

    var isEnabled = false
    let lineCount = 3
    let dataSource: any DataSource = Mailbox()
    private let fault: Fault?
    private var outputs = [true, false, true]
    private var levels = [false, true, true]

    init(_ fault: Fault? = nil) { self.fault = fault }

    func performEnable() {
        guard let mailbox = dataSource as? Mailbox else { return }
        mailbox.put(Datum(fault == .sendsNumbers ? 1 : .tuple([1, true]), at: Timestamp.now))
    }

    func performDisable() { (dataSource as? Mailbox)?.empty() }
    func abort() { performDisable() }
    func isOutput(_ line: Int) -> Bool { outputs[line] }
    func setOutput(_ line: Int, _ isOutput: Bool) { if fault != .forgetsDirections { outputs[line] = isOutput } }
    func level(of line: Int) -> Bool { fault == .readsAnotherLine ? levels[1] : levels[line] }
    func setLevel(of line: Int, _ level: Bool) { if fault != .forgetsLevels { levels[line] = level } }
}

/// Sensors with a fault, or none.
final class OddSensors: ValueLogger {
    enum Fault {
        case lacksOne, sendsNoNumber
    }

    var isEnabled = false
    let sensorCount = 2
    let dataSource: any DataSource = Mailbox()
    private let fault: Fault?

    init(_ fault: Fault? = nil) { self.fault = fault }

    var values: [Double] { fault == .lacksOne ? [20] : [20, 21] }

    func performEnable() {
        let sent: PythonValue = fault == .sendsNoNumber ? .list(["a", "b"]) : .list([20, 21])
        for _ in 0..<3 { (dataSource as? Mailbox)?.put(Datum(sent, at: Timestamp.now)) }
    }

    func performDisable() { (dataSource as? Mailbox)?.empty() }
    func abort() { performDisable() }
}

/// A mirror with a fault, or none.
final class OddMirror: DeformableMirror, OnlyTriggersOnceOnSoftware {
    enum Fault {
        case hasNoActuators, refusesPatterns, losesItsQueue
    }

    var isEnabled = false
    private let fault: Fault?
    private var queue = PatternQueue()

    init(_ fault: Fault? = nil) { self.fault = fault }

    var actuatorCount: Int { fault == .hasNoActuators ? 0 : 4 }

    var patternQueue: PatternQueue {
        get { queue }
        set { queue = fault == .losesItsQueue ? PatternQueue() : newValue }
    }

    func performApply(_: [Double]) throws {
        if fault == .refusesPatterns { throw DeviceError(.failed, "no answer") }
    }
}

/// A controller of one light source with a fault, or none.
final class OddController: Controller {
    enum Fault {
        case makesDevicesAnew, leavesThemOn, hasNone
    }

    var isEnabled = false
    private let fault: Fault?
    private let light = OddLight()

    init(_ fault: Fault? = nil) { self.fault = fault }

    var devices: [(name: String, device: any Device)] {
        switch fault {
        case .makesDevicesAnew: [("light", OddLight())]
        case .hasNone: []
        default: [("light", light)]
        }
    }

    var subdevices: [any Device] { fault == .leavesThemOn ? [] : devices.map(\.device) }
}
