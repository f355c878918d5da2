/// How much light of what a Clarity's camera sees goes to which half of its sensor, as the disk stands.
struct ClarityLight: Sendable {
    /// Of the plane in focus, and of all that is out of focus: to the half of what passes the disk, and to the other one.
    let focus, haze: (transmitted: Float, reflected: Float)
    /// Of the calibration lamp's pattern, to each.
    let lamp: Float

    /// - Parameters:
    ///   - sectioning: 0 with the disk out of the light, then less light and thinner sections up to 3.
    ///   - isLampOn: whether the calibration lamp is on, before which the specimen is dark.
    init(sectioning: Int, isLampOn: Bool) {
        // Made up: what a disk that is half open does, and more of it with each step.
        let (brightness, passing): (Float, Float) =
            switch sectioning {
            case 0: (1, 1)
            case 1: (0.9, 0.7)
            case 2: (0.7, 0.8)
            default: (0.5, 0.9)
            }
        let specimen = isLampOn ? brightness / 20 : brightness
        focus = (specimen * passing, specimen * (1 - passing))
        haze = sectioning == 0 ? (specimen, 0) : (specimen / 2, specimen / 2)
        lamp = isLampOn ? 1 : 0
    }
}
