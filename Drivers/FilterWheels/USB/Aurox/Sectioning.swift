internal import Devices

/// What the spinning disk of a Clarity lets through: less light and thinner sections with each step.
enum Sectioning: Int, SettingChoice {
    /// The disk is out of the light.
    case bypass, low, mid, high
}
