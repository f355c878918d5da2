internal import Devices
internal import Glibc
internal import Platform

/// The measured registration of the two halves on the camera's sensor.
struct HalfCalibration: Sendable, Hashable {
    /// The whole sensor, with both halves on it.
    let sensor: SensorShape
    let layout: HalfLayout
    let mapping: Mapping
    /// The distance in pixels between the tiles found and the mapping (root mean square).
    let error: Double

    init?(sensor: SensorShape, layout: HalfLayout, mapping: Mapping, error: Double) {
        guard sensor.width == 2 * mapping.width, sensor.height == mapping.height else { return nil }
        (self.sensor, self.layout, self.mapping, self.error) = (sensor, layout, mapping, error)
    }

    /// Measures the registration on an image of the calibration lamp's pattern, or of any structure that fills both
    /// halves.
    ///
    /// Throws a ``DeviceError`` with the reason if the image is not suitable.
    init(_ frame: Frame, _ layout: HalfLayout) throws {
        let size = (width: frame.width / 2, height: frame.height)
        let raw = try RawFrame(frame, halves: size)
        guard raw.shareAtTop < Self.mostAtTop else {
            throw DeviceError(
                .failed,
                "no calibration: \(Int(raw.shareAtTop * 100)) % of the image's pixels are saturated, or the image is "
                    + "uniform; use less light or a shorter exposure"
            )
        }
        let halves = raw.halves(layout)
        do {
            let found = try HalfRegistration(halves.direct, halves.mirrored)
            sensor = SensorShape(width: frame.width, height: frame.height)
            (self.layout, mapping, error) = (layout, found.mapping, found.error)
        } catch {
            throw DeviceError(.failed, "no calibration: \(error)")
        }
    }

    private static let mostAtTop = 0.02
}

extension HalfCalibration {
    private static let heading = "clarity-calibration 1"

    /// The text of the calibration file: a keyword and its values on each line.
    var text: String {
        func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }
        return """
            \(Self.heading)
            sensor \(sensor.width) \(sensor.height)
            transmitted \(layout.transmitted.rawValue)
            mirror \(layout.mirror.rawValue)
            degree \(mapping.degree)
            x \(list(mapping.x))
            y \(list(mapping.y))
            error \(error)

            """
    }

    /// Reads such a text; throws what is wrong with it.
    init(text: String) throws(CalibrationFileError) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let first = lines.first, first == Self.heading else {
            throw CalibrationFileError("it does not begin with '\(Self.heading)'")
        }
        var fields: [Substring: [Substring]] = [:]
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            if let word = words.first { fields[word] = Array(words.dropFirst()) }
        }
        func words(_ name: Substring) throws(CalibrationFileError) -> [Substring] {
            guard let words = fields[name], !words.isEmpty else {
                throw CalibrationFileError("it has no line '\(name)'")
            }
            return words
        }
        func numbers(_ name: Substring) throws(CalibrationFileError) -> [Double] {
            let numbers = try words(name).compactMap { Double($0) }.filter { $0.isFinite && abs($0) < 1e9 }
            guard numbers.count == (try words(name).count) else {
                throw CalibrationFileError("line '\(name)' has a value that is not a usable number")
            }
            return numbers
        }
        let sides = try numbers("sensor").compactMap { Int(exactly: $0) }.filter { (2...65_536).contains($0) }
        guard sides.count == 2, sides[0] % 2 == 0 else {
            throw CalibrationFileError("line 'sensor' must have an even width, and a height")
        }
        guard let transmitted = HalfLayout.Side(rawValue: String(try words("transmitted")[0])),
            let mirror = HalfLayout.Mirror(rawValue: String(try words("mirror")[0]))
        else {
            throw CalibrationFileError("it does not define the transmitted half and the mirroring of the other one")
        }
        let mapping = Mapping(
            width: sides[0] / 2,
            height: sides[1],
            degree: Int(exactly: try numbers("degree")[0]) ?? 0,
            x: try numbers("x"),
            y: try numbers("y")
        )
        guard let mapping else { throw CalibrationFileError("the number of coefficients does not fit the degree") }
        sensor = SensorShape(width: sides[0], height: sides[1])
        layout = HalfLayout(transmitted: transmitted, mirror: mirror)
        self.mapping = mapping
        error = try numbers("error")[0]
    }
}

/// A problem with a calibration file.
struct CalibrationFileError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The file that keeps a calibration between starts of the server.
struct CalibrationFile: Sendable {
    let path: String

    /// Far more than any calibration needs.
    private static let mostBytes = 65_536

    /// The calibration in the file, or nil if the file does not exist.
    ///
    /// Throws a ``DeviceError`` with the path if the file is not a calibration.
    func read() throws -> HalfCalibration? {
        guard let file = unsafe fopen(path, "re") else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read", Self.reason())
        }
        defer { unsafe fclose(file) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            count = unsafe fread(buffer.baseAddress, 1, buffer.count, file)
        }
        guard unsafe ferror(file) == 0 else { throw failure("cannot be read", Self.reason()) }
        do {
            return try HalfCalibration(text: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw failure("is not valid", "\(error)")
        }
    }

    /// Replaces the file: the new one is written beside it first, so that there is always a complete one.
    func write(_ calibration: HalfCalibration) throws {
        do { try ReplacingFile.write(Array(calibration.text.utf8), to: path) } catch {
            throw failure("cannot be written", SystemError.text(error.code))
        }
    }

    private func failure(_ what: String, _ reason: String) -> DeviceError {
        DeviceError(.failed, "the calibration file \(path) \(what): \(reason)")
    }

    private static func reason() -> String { SystemError.text(errno) }
}
