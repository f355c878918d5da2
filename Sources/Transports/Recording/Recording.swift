/// The content of a file that a ``Recorder`` has written.
public struct Recording: Sendable, Equatable {
    /// The lines about the device in front of the exchanges, without their marks.
    public let facts: [String]
    public let exchanges: [Exchange]

    /// Reads a recording.
    ///
    /// If the file holds several, this is the last one.
    ///
    /// - Throws: ``RecordingError`` with the line that cannot be read.
    public init(_ text: String) throws(RecordingError) {
        var (facts, exchanges) = ([String](), [Exchange]())
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("#") {
                if !exchanges.isEmpty { (facts, exchanges) = ([], []) }
                facts.append(String(line.dropFirst().drop { $0 == " " }))
            } else if !line.isEmpty {
                guard let exchange = Exchange(line: String(line)) else {
                    throw RecordingError("line \(index + 1) is not an exchange: \(line)")
                }
                exchanges.append(exchange)
            }
        }
        self.facts = facts
        self.exchanges = exchanges
    }

    /// The fact that begins with a word.
    public func fact(_ word: String) -> String? {
        facts.first { $0.hasPrefix("\(word) ") }.map { String($0.dropFirst(word.count + 1)) }
    }
}

/// A recording that cannot be read, or a program that does not do what was recorded.
public struct RecordingError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// One step of the conversation with a device: a line of a recording.
///
///     1795510000.123456 > 21 09 0303 0000 | 03 7e 5a 02 01
///     1795510000.125102 < a1 01 0301 0000 | 01 7e 5a 01 01 00 01 01 01 07 00 00 00 00 2b 01
///     1795510003.401877 < 81 | ! timeout
public struct Exchange: Sendable, Equatable {
    public enum Direction: Character, Sendable { case out = ">", `in` = "<" }

    /// Seconds since 1970.
    public let time: Double
    public let direction: Direction
    /// The endpoint or the request, for a device that has several; empty for a serial port.
    public let channel: String
    /// The bytes sent or received.
    public let bytes: [UInt8]
    /// The word for the error, if there was one.
    public let error: String?

    public init(time: Double, _ direction: Direction, _ channel: String, _ bytes: [UInt8], error: String? = nil) {
        self.time = time
        self.direction = direction
        self.channel = channel
        self.bytes = bytes
        self.error = error
    }
}

extension Exchange {
    /// Reads a line of a recording; nil if it is not one.
    public init?(line: String) {
        let halves = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves[0].split(separator: " ")
        guard halves.count == 2, words.count >= 2, let time = Double(words[0]), words[1].count == 1,
            let direction = words[1].first.flatMap(Direction.init)
        else { return nil }
        let parts = halves[1].split(separator: "!", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Hexadecimal.bytes(parts[0]) else { return nil }
        let error = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : nil
        self.init(time: time, direction, words.dropFirst(2).joined(separator: " "), bytes, error: error)
    }

    /// The line of a recording for this exchange.
    public var line: String {
        let words = ["\(Self.seconds(time))", "\(direction.rawValue)", channel, "|", Hexadecimal.text(bytes)]
        return (words + (error.map { ["!", $0] } ?? [])).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func seconds(_ time: Double) -> String {
        let microseconds = Int64((time * 1e6).rounded().clamped(to: 0...9e15))
        let digits = "\(microseconds % 1_000_000)"
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : min(max(self, range.lowerBound), range.upperBound)
    }
}

/// Bytes and numbers in hexadecimal digits: `03 7e 5a`.
public enum Hexadecimal {
    public static func text(_ bytes: some Sequence<UInt8>) -> String { bytes.map(text).joined(separator: " ") }

    /// A number with all its digits, including leading zeros.
    public static func text(_ number: some FixedWidthInteger & UnsignedInteger) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, number.bitWidth / 4 - digits.count)) + digits
    }

    /// Reads bytes from text; nil if the text is not hexadecimal.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let words = text.split(separator: " ")
        let bytes = words.compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
        return bytes.count == words.count ? bytes : nil
    }
}
