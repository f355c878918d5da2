internal import Devices

/// Which images there are of a sensor with two halves, and what of them clients asked for.
struct ClarityView: Sendable {
    /// The whole sensor, both halves on it.
    let sensor: SensorShape
    var mode = ClarityMode.raw
    var binning = Binning.none
    /// In pixels of the sensor before binning, of the images of the mode.
    var roi: ROI

    init(_ sensor: SensorShape) {
        self.sensor = sensor
        roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
    }

    /// Of the mode's images: sections are as wide as a half.
    var shape: SensorShape {
        switch mode {
        case .raw, .halves: sensor
        case .section, .wideField: SensorShape(width: sensor.width / 2, height: sensor.height)
        }
    }

    var whole: ROI { ROI(left: 0, top: 0, width: shape.width, height: shape.height) }

    /// The ROI in pixels of the image, none of which lies beyond it.
    var area: ROI {
        let size = roi.imageSize(binning)
        return ROI(left: roi.left / binning.h, top: roi.top / binning.v, width: size.width, height: size.height)
    }
}
