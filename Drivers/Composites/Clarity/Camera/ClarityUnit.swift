internal import Devices
internal import Pickle

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
