internal import Devices
internal import SDKCameras

/// The exposure time and the rate, by the names that cameras of each age and vendor have for them.
extension AravisCamera {
    /// Names of the standard, of cameras from before it, and of some that count in units of their own.
    private static let exposures: [FeatureID] = ["ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw"]
    private static let rates: [FeatureID] = ["AcquisitionFrameRate", "AcquisitionFrameRateAbs"]

    /// The feature that holds the exposure time in µs; nil if the camera has none.
    func exposureFeature() throws(DeviceError) -> FeatureID? {
        for id in Self.exposures where try isAvailable(id) { return id }
        return nil
    }

    func seconds(of exposure: FeatureID) throws(DeviceError) -> Double {
        let value = try kind(of: exposure.name) == .float ? float(exposure) : Double(int(exposure))
        return value / 1e6
    }

    func setExposure(_ seconds: Double) throws(DeviceError) {
        // Some cameras let the time be written only while nothing else decides on it.
        if try isAvailable("ExposureAuto"), try choiceName("ExposureAuto") != "Off" {
            try setChoice("ExposureAuto", named: "Off")
        }
        guard let id = try exposureFeature() else { throw absent("ExposureTime") }
        let value = min(seconds * 1e6, 1e15)
        guard try kind(of: id.name) != .float else { return try setFloat(id, to: value) }
        // Basler scout: the time is a number of these.
        if id == "ExposureTimeRaw", try isAvailable("ExposureTimeBaseAbs") {
            try setFloat("ExposureTimeBaseAbs", to: 1)
        }
        try setInt(id, to: Int(value.rounded()))
    }

    /// Images per second in free run; nil if the camera does not say.
    func frameRate() throws(DeviceError) -> Double? {
        for id in Self.rates where try isAvailable(id) { return try float(id) }
        return nil
    }
}
