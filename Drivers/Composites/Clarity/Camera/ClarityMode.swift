internal import Devices

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
