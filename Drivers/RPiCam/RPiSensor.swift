/// A camera as `rpicam-vid --list-cameras` prints it.
struct RPiSensor: Sendable, Equatable {
    /// A way to read the sensor.
    struct Mode: Sendable, Equatable {
        let width, height, bits: Int
        /// Images in a second.
        let rate: Double
    }

    let number: Int
    /// The sensor, and its place in the device tree, which names the socket: `imx477`, `/base/soc/…/imx477@1a`.
    let model, path: String
    let width, height: Int
    var modes: [Mode] = []

    /// The cameras in the program's output; what cannot be read is left out.
    static func all(in text: String) -> [RPiSensor] {
        var sensors: [RPiSensor] = []
        var bits = 0
        // More than any computer has cameras and modes.
        for line in text.split(separator: "\n").prefix(1024) {
            if let sensor = RPiSensor(line) {
                sensors.append(sensor)
                continue
            }
            guard !sensors.isEmpty else { continue }
            if let format = line.split(separator: "'").dropFirst().first, line.contains("'") {
                bits = Int(format.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
            }
            if let mode = Mode(line, bits: bits) { sensors[sensors.count - 1].modes.append(mode) }
        }
        return sensors
    }

    /// A line such as `0 : imx477 [4056x3040 12-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx477@1a)`.
    private init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count >= 4, words[1] == ":", let number = Int(words[0]), (0..<64).contains(number),
            let size = Self.size(words[3].drop { $0 == "[" }), let path = words.last, path.hasPrefix("(")
        else { return nil }
        (self.number, model, self.path) = (number, String(words[2]), String(path.dropFirst().dropLast()))
        (width, height) = size
    }

    fileprivate static func size(_ text: Substring) -> (width: Int, height: Int)? {
        let sides = text.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy({ (1...1 << 15).contains($0) }) else { return nil }
        return (sides[0], sides[1])
    }
}

extension RPiSensor.Mode {
    /// A line such as `2028x1520 [40.01 fps - (0, 0)/4056x3040 crop]`, perhaps behind the name of a format.
    fileprivate init?(_ line: Substring, bits: Int) {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(where: { $0.hasPrefix("[") && $0.count > 1 }), place > 0,
            let size = RPiSensor.size(words[place - 1]), let rate = Double(words[place].dropFirst()),
            (0.001...100_000).contains(rate), (1...16).contains(bits)
        else { return nil }
        (width, height, self.bits, self.rate) = (size.width, size.height, bits, rate)
    }
}

/// The metadata of images as the program writes them: JSON whose values come line by line.
struct RPiMetadata: Sendable {
    /// The images whose values have begun to come and that have not been fetched, the oldest first.
    private var images: [[String: String]] = []
    private var line: [UInt8] = []

    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard byte == 10 else {
                if line.count < 1024 { line.append(byte) }
                continue
            }
            note(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
        }
    }

    private mutating func note(_ line: String) {
        if line.contains("{") {
            // Images that nobody fetches are forgotten, as their pixels are.
            if images.count == 256 { images.removeFirst() }
            images.append([:])
        }
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let last = images.indices.last, images[last].count < 256 else { return }
        func plain(_ text: Substring) -> String {
            String(text.filter { $0 != "\"" }.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "," }.reversed())
        }
        images[last][plain(parts[0])] = plain(parts[1])
    }

    /// Whether the next image's values are there, as far as its time.
    var isReady: Bool { images.first?["SensorTimestamp"] != nil }

    /// The values of the next image.
    mutating func next() -> [String: String] { images.isEmpty ? [:] : images.removeFirst() }
}
