internal import Devices

/// How the halves of a Clarity lie to each other on a camera's sensor, as it was measured.
struct ClarityCalibration: Sendable, Hashable {
    /// Of the whole sensor, both halves on it.
    let sensor: SensorShape
    let layout: HalfLayout
    let mapping: Mapping
    /// In pixels, between where tiles were found and where the mapping has them (root mean square).
    let error: Double

    init?(sensor: SensorShape, layout: HalfLayout, mapping: Mapping, error: Double) {
        guard sensor.width == 2 * mapping.width, sensor.height == mapping.height else { return nil }
        (self.sensor, self.layout, self.mapping, self.error) = (sensor, layout, mapping, error)
    }

    /// Measures it on an image of the calibration lamp's pattern, or of anything else with structure all over both halves.
    ///
    /// Throws a ``DeviceError`` that says why, if the image cannot tell.
    init(_ frame: Frame, _ layout: HalfLayout) throws {
        let size = (width: frame.width / 2, height: frame.height)
        let raw = try RawFrame(frame, halves: size)
        guard raw.shareAtTop < Self.mostAtTop else {
            throw DeviceError(
                .failed,
                "no calibration: \(Int(raw.shareAtTop * 100)) % of the image's pixels are as bright as can be, or it is all of "
                    + "one grey; take less light or a shorter exposure"
            )
        }
        let halves = raw.halves(layout)
        do {
            let found = try Registration(halves.direct, halves.mirrored)
            sensor = SensorShape(width: frame.width, height: frame.height)
            (self.layout, mapping, error) = (layout, found.mapping, found.error)
        } catch {
            throw DeviceError(.failed, "no calibration: \(error)")
        }
    }

    private static let mostAtTop = 0.02
}
