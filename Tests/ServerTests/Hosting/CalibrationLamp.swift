import Devices

/// A device with a lamp that a setting switches.
final class CalibrationLamp: Device {
    var isEnabled = false
    private var isOn = false
    private var gain = 0

    var typeName: String { "CalibrationLamp" }

    var settings: [Setting] {
        [
            Setting("lamp", in: Anything(), get: { self.isOn }, set: { self.isOn = $0 }).notRestored(),
            Setting("gain", in: 0...10, get: { self.gain }, set: { self.gain = $0 }),
        ]
    }
}
