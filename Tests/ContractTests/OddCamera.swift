import Devices
import Pickle

/// A camera that is there at once, with a fault or none.
final class OddCamera: Camera {
    enum Fault {
        case losesQuickTriggers, sendsTwoForOne, forgetsBinning, forgetsROI, losesROI,
            exposesForAnotherTime, readsOutInNoTime, changesWhatItRefuses, forgetsTriggers, sendsAfterDisable,
            sendsAfterAbort, stopsForGood, hasAWrongClock, changesItsSource, losesWhatIsInterrupted, waitsForNothing
    }

    var isEnabled = false
    let transforms = Transforms()
    let sensorShape = SensorShape(width: 64, height: 48)
    private(set) var sensorBinning = Binning.none
    private(set) var sensorROI = ROI(left: 0, top: 0, width: 64, height: 48)
    private(set) var exposureTime = 0.0
    private(set) var triggerMode = TriggerMode.once
    private(set) var triggerType: TriggerType
    private let fault: Fault?
    private let source: OddSource
    private var wasStopped = false

    /// - Parameter triggerType: the only one that it has.
    init(_ fault: Fault? = nil, triggerType: TriggerType = .software) {
        self.fault = fault
        self.triggerType = triggerType
        source = OddSource(fault)
    }

    var dataSource: any DataSource { fault == .changesItsSource ? OddSource(nil) : source }
    var cycleTime: Double { fault == .readsOutInNoTime ? 0 : exposureTime }

    func performEnable() {}

    func performDisable() {
        source.mailbox.empty()
        if fault == .sendsAfterDisable, isEnabled { send() }
        wasStopped = wasStopped || isEnabled
    }

    func abort() {
        source.mailbox.empty()
        if fault == .sendsAfterAbort { send() }
    }

    func performTrigger() throws {
        guard isEnabled, !(fault == .stopsForGood && wasStopped) else { return }
        if fault == .losesQuickTriggers { source.mailbox.empty() }
        send()
        if fault == .sendsTwoForOne { send() }
    }

    private func send() {
        let size = sensorROI.imageSize(fault == .forgetsBinning ? .none : sensorBinning)
        let pixels = Bytes([UInt8](repeating: 0, count: size.width * size.height))
        guard let frame = Frame(width: size.width, height: size.height, .uint8, pixels: pixels) else { return }
        source.mailbox.put(Datum(frame, at: fault == .hasAWrongClock ? 0 : Timestamp.now))
    }

    func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == triggerType, mode == .once || mode == .bulb else {
            if fault == .changesWhatItRefuses { triggerMode = .start }
            throw DeviceError(.unsupported, "no such trigger")
        }
        if fault != .forgetsTriggers { triggerMode = mode }
    }

    func setExposureTime(_ seconds: Double) { exposureTime = fault == .exposesForAnotherTime ? seconds * 2 : seconds }
    func setSensorBinning(_ binning: Binning) { sensorBinning = binning }

    func setSensorROI(_ roi: ROI) -> Bool {
        switch fault {
        case .forgetsROI: return false
        case .losesROI: sensorROI = ROI(left: 0, top: 0, width: 8, height: 8)
        default: sensorROI = roi
        }
        return true
    }
}

/// A mailbox with a fault, or none.
final class OddSource: DataSource {
    let mailbox = Mailbox()
    private let fault: OddCamera.Fault?

    init(_ fault: OddCamera.Fault?) { self.fault = fault }

    func next(within limit: Duration) throws -> Datum? {
        try mailbox.next(within: fault == .waitsForNothing ? .zero : limit)
    }

    func interrupt() {
        mailbox.interrupt()
        if fault == .losesWhatIsInterrupted { mailbox.empty() }
    }
}
