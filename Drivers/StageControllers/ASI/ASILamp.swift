internal import Transports

/// The commands of a lamp at an ASI controller, which is off at 0 % and has no other switch.
struct ASILamp: Sendable {
    let name: String
    /// `X` or `Y`, the socket.
    let letter: String

    /// The answer has the value in front: `X=50 :A`.
    func percent(_ lines: LineProtocol) throws -> Int {
        try ASI.dialect.askAnyForm("LED \(letter)?", lines) { line in
            guard let range = line.firstRange(of: "\(letter)=") else { return nil }
            let digits = line[range.upperBound...].prefix { $0.isASCII && $0.isNumber }
            return Int(digits).flatMap { (0...100).contains($0) ? $0 : nil }
        }
    }

    func setPercent(_ percent: Int, _ lines: LineProtocol) throws {
        try ASI.dialect.tell("LED \(letter)=\(percent)", lines)
    }

    /// Switches off and makes sure of it, three times before giving up.
    func ensureOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            try setPercent(0, lines)
            if try percent(lines) == 0 { return }
        }
        throw SerialError.refused("LED \(letter)=0", answer: "it is still on")
    }
}
