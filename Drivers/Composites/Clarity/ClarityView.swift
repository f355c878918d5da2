internal import Devices
internal import Pickle

/// The mode of the images, and the part of them that clients asked for.
struct ClarityView: Sendable {
    /// The whole sensor, with both halves on it.
    let sensor: SensorShape
    var mode = ClarityMode.raw
    var binning = Binning.none
    /// In pixels of the sensor before binning, relative to the mode's images.
    var roi: ROI

    init(_ sensor: SensorShape) {
        self.sensor = sensor
        roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
    }

    /// The size of the mode's images: sections are as wide as a half.
    var shape: SensorShape {
        switch mode {
        case .raw, .halves: sensor
        case .section, .wideField: SensorShape(width: sensor.width / 2, height: sensor.height)
        }
    }

    var whole: ROI { ROI(left: 0, top: 0, width: shape.width, height: shape.height) }

    /// The ROI in pixels of the image, limited to it.
    var area: ROI {
        let size = roi.imageSize(binning)
        return ROI(left: roi.left / binning.h, top: roi.top / binning.v, width: size.width, height: size.height)
    }
}

/// The kind of images that the camera gives.
enum ClarityMode: Int, SettingChoice {
    /// The camera's own images, with both halves on them.
    case raw
    /// The focal plane: the transmitted half minus the reflected one.
    case section
    /// The image without a disk: the sum of both halves.
    case wideField
    /// The registered halves side by side, for checking the calibration.
    case halves

    var label: String { self == .wideField ? "wide field" : "\(self)" }

    /// Whether the mode needs a calibration.
    var needsCalibration: Bool { self != .raw }
}

/// The Clarity as the camera uses it: the position of its disk, and its calibration lamp.
///
/// Uses only members that python-microscope's class has as well.
struct ClarityUnit {
    let wheel: any RemotePart

    var sectioning: Sectioning {
        get throws {
            let value = try wheel.link.call("get_slide_position", [])
            guard let number = Int(python: value), let sectioning = Sectioning(rawValue: number) else {
                throw DeviceError(
                    .failed,
                    "\(wheel.link.name) reports disk position \(value), which does not exist"
                )
            }
            return sectioning
        }
    }

    func setLamp(_ isOn: Bool) throws { _ = try wheel.link.call("set_calibration", [.bool(isOn)]) }

    /// The positions of the disk: less light and thinner sections with each step.
    enum Sectioning: Int, Sendable, CaseIterable {
        /// The disk is out of the light path, and all light goes to the transmitted half.
        case bypass, low, mid, high
    }
}
