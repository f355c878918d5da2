internal import Devices
internal import Pickle

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

/// What images the camera gives.
enum ClarityMode: Int, SettingChoice {
    /// As they come from the camera, both halves on them.
    case raw
    /// The plane in focus: the transmitted half less the reflected one.
    case section
    /// As without a disk: both halves added.
    case wideField
    /// The halves side by side after they were brought together, to look whether they fit.
    case halves

    var label: String { self == .wideField ? "wide field" : "\(self)" }

    /// Whether the halves have to be calibrated for it.
    var needsCalibration: Bool { self != .raw }
}

/// The Clarity as its camera needs it: where its disk stands, and its calibration lamp.
///
/// By the members that python-microscope's class for it has as well.
struct ClarityUnit {
    let wheel: any DevicePart

    var sectioning: Sectioning {
        get throws {
            let value = try wheel.link.call("get_slide_position", [])
            guard let number = Int(python: value), let sectioning = Sectioning(rawValue: number) else {
                throw DeviceError(
                    .failed,
                    "\(wheel.link.name) says that its disk is at \(value), which is no place of it"
                )
            }
            return sectioning
        }
    }

    func setLamp(_ isOn: Bool) throws { _ = try wheel.link.call("set_calibration", [.bool(isOn)]) }

    /// What the disk lets through: less light and thinner sections with each step.
    enum Sectioning: Int, Sendable, CaseIterable {
        /// The disk is out of the light, which all goes to the transmitted half.
        case bypass, low, mid, high
    }
}
