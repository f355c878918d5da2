internal import Devices

extension ClarityCalibration {
    private static let heading = "clarity-calibration 1"

    /// As it is kept in a file: a line for each thing, a word and its values.
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

    /// From such a text; throws what is wrong with it.
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
                throw CalibrationFileError("line '\(name)' has something that is no number of use")
            }
            return numbers
        }
        let sides = try numbers("sensor").compactMap { Int(exactly: $0) }.filter { (2...65_536).contains($0) }
        guard sides.count == 2, sides[0] % 2 == 0 else {
            throw CalibrationFileError("line 'sensor' must be a width, which is even, and a height")
        }
        guard let transmitted = HalfLayout.Side(rawValue: String(try words("transmitted")[0])),
            let mirror = HalfLayout.Mirror(rawValue: String(try words("mirror")[0]))
        else {
            throw CalibrationFileError("it does not say which half is transmitted, and how the other one is mirrored")
        }
        let mapping = Mapping(
            width: sides[0] / 2,
            height: sides[1],
            degree: Int(exactly: try numbers("degree")[0]) ?? 0,
            x: try numbers("x"),
            y: try numbers("y")
        )
        guard let mapping else { throw CalibrationFileError("its numbers do not fit the degree") }
        sensor = SensorShape(width: sides[0], height: sides[1])
        layout = HalfLayout(transmitted: transmitted, mirror: mirror)
        self.mapping = mapping
        error = try numbers("error")[0]
    }
}

/// What is wrong with a calibration's file.
struct CalibrationFileError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
