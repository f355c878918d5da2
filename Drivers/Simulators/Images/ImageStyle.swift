internal import Devices

/// What a simulated image shows, and as what numbers.
struct ImageStyle: Sendable {
    var pattern = ImagePattern.noise
    var pixelType = PixelType.uint8
    /// Whether the image's number stands in its corner.
    var showsNumber = true
}

/// The setting `image pattern`.
enum ImagePattern: Int, SettingChoice {
    case noise, gradient, sawtooth
    case gaussian
    case black, white

    var label: String { self == .gaussian ? "one_gaussian" : "\(self)" }
}

/// The setting `image data type`.
enum PixelType: Int, SettingChoice {
    case uint8, uint16, float
}
