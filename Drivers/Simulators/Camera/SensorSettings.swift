internal import Devices

/// What a simulated sensor is set to.
struct SensorSettings: Sendable {
    let shape: SensorShape
    var roi: ROI
    var binning = Binning.none
    /// Seconds of light.
    var exposureTime = 0.1
    /// Seconds that a whole sensor takes to be read; a ROI takes its share of them, by its rows.
    let fullReadoutTime: Double
    /// Whether times pass, or are only told to clients.
    let isRealistic: Bool
    var style = ImageStyle()
    /// How many of a hundred images fail.
    var errorPercent = 0

    var readoutTime: Double { fullReadoutTime * Double(roi.height) / Double(shape.height) }

    /// How long an image takes.
    var timing: ExposureQueue.Timing {
        guard isRealistic else { return ExposureQueue.Timing(exposure: .zero, readout: .zero) }
        return ExposureQueue.Timing(exposure: .seconds(exposureTime), readout: .seconds(readoutTime))
    }
}
