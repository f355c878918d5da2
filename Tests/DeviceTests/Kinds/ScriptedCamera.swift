import Devices

/// A camera that keeps what it is set to, as the kind hands it down.
final class ScriptedCamera: Camera, OnlyTriggersOnceOnSoftware {
    var isEnabled = false
    let transforms = Transforms()
    let dataSource: any DataSource = Mailbox()
    let sensorShape = SensorShape(width: 200, height: 100)
    var exposureTime = 0.1
    var cycleTime = 0.1
    var sensorBinning = Binning.none
    var sensorROI = ROI(left: 0, top: 0, width: 200, height: 100)
    var triggerCount = 0
    let showsShutteringMode: Bool

    init(showsShutteringMode: Bool = false) { self.showsShutteringMode = showsShutteringMode }

    func abort() {}
    func performTrigger() { triggerCount += 1 }
    func setExposureTime(_ seconds: Double) { exposureTime = seconds }
    func setSensorBinning(_ binning: Binning) { sensorBinning = binning }
    func setSensorROI(_ roi: ROI) -> Bool {
        sensorROI = roi
        return true
    }
    var settings: [Setting] { [roiSetting] }
}
