internal import Devices
internal import Platform
internal import SDKCameras

/// The settings of the cooler.
struct Cooling: Sendable, Equatable {
    var isOn = true
    /// In degrees Celsius.
    var setPoint: Int?
    /// Whether the sensor stays cold when the camera is closed.
    var isKept = false
    var fan: Fan?
}

extension Andor2Camera {
    /// Changes the cooler; what the camera refuses is not remembered.
    func setCooling(_ change: (inout Cooling) -> Void) throws(DeviceError) {
        let old = cooling.withLock { $0 }
        var new = old
        change(&new)
        try apply(new, over: old)
        cooling.withLock { [new] in $0 = new }
    }

    /// Writes what differs from the old values, or everything without them.
    func apply(_ cooling: Cooling, over old: Cooling?) throws(DeviceError) {
        if capabilities.hasTemperature {
            if old?.isKept != cooling.isKept {
                let mode: Int32 = cooling.isKept ? 1 : 0
                try callIfThere("SetCoolerMode(\(mode))") { functions in functions.setCoolerMode?(mode) }
            }
            if let setPoint = cooling.setPoint, old?.setPoint != setPoint {
                let value = Int32(clamping: setPoint)
                try call("SetTemperature(\(value))") { $0.setTemperature(value) }
            }
            if old?.isOn != cooling.isOn {
                if cooling.isOn {
                    try call("CoolerON") { $0.coolerOn() }
                } else {
                    try call("CoolerOFF") { $0.coolerOff() }
                }
            }
        }
        if let fan = cooling.fan, old?.fan != fan {
            let mode = Int32(fan.rawValue)
            try callIfThere("SetFanMode(\(mode))") { functions in functions.setFan?(mode) }
        }
    }

    /// The limits of the set point, in degrees Celsius.
    var temperatureRange: ClosedRange<Int> {
        get throws(DeviceError) {
            let (lowest, highest) = try read("GetTemperatureRange") { handle throws(Andor2Status) in
                unsafe try library.ints(handle) { unsafe $0.temperatureRange }
            }
            return lowest...max(lowest, highest)
        }
    }

    /// The temperature of the sensor in degrees Celsius, and whether it has reached the set point.
    ///
    /// Some cameras are not asked while they acquire; then it is what was read last.
    func temperature() throws(DeviceError) -> (celsius: Double, state: Andor2Status) {
        do throws(DeviceError) {
            let read = try read("GetTemperatureF") { handle throws(Andor2Status) in try library.temperature(handle) }
            // The library's answer for a camera that is gone.
            guard read.celsius > Self.gone else { throw contact.noted(failure("GetTemperatureF", .noAnswer)) }
            lastTemperature.withLock { $0 = read }
            return read
        } catch {
            guard (error.cause as? Andor2Status)?.mayNeedPause == true, let last = lastTemperature.withLock({ $0 })
            else { throw error }
            return last
        }
    }

    private static let gone = -998.0
}
