public import Devices
public import Transports

/// An axis of a controller that answers with `:A` or `:N`.
public struct ColonAxis: AxisCommands {
    /// `X`, `Y` or `Z`.
    let letter: String
    let dialect: ColonDialect

    public func position(_ lines: LineProtocol) throws -> Double {
        try dialect.ask("WHERE \(letter)", lines) { $0.number }
    }

    public func isMoving(_ lines: LineProtocol) throws -> Bool { try status(lines) & 1 != 0 }

    /// Bits: 0 it moves, 6 at the upper limit switch, 7 at the lower one.
    private func status(_ lines: LineProtocol) throws -> Int {
        try dialect.ask("RDSTAT \(letter)", lines) { $0.code() }
    }

    public func startMove(to position: Double, _ lines: LineProtocol) throws {
        try dialect.tell("MOVE \(letter)=\(position.text(places: 0))", lines)
    }

    public var tolerance: Double { dialect.tolerance }

    public func limits(_ lines: LineProtocol) throws -> AxisLimits? {
        guard dialect.tellsLimits else { return nil }
        do {
            let lower = try value("SL", lines), upper = try value("SU", lines)
            guard lower <= upper, abs(lower) <= 100_000, abs(upper) <= 100_000 else { return nil }
            return AxisLimits(lower: lower * dialect.unitsPerMillimetre, upper: upper * dialect.unitsPerMillimetre)
        } catch SerialError.refused { return nil }
    }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        guard dialect.tellsLimits else { return nil }
        let status = try status(lines)
        if status & 0x40 != 0 { return "it is at its upper limit switch" }
        return status & 0x80 != 0 ? "it is at its lower limit switch" : nil
    }

    /// A value of this axis: `:A X=5.745`, or `:X=5.745 A` as some firmware has it.
    func value(_ word: String, _ lines: LineProtocol) throws -> Double {
        try dialect.askAnyForm("\(word) \(letter)?", lines) { line in
            guard let range = line.firstRange(of: "\(letter)="), line.hasPrefix(":") else { return nil }
            return line[range.upperBound...].split(separator: " ").first.flatMap { String($0).number }
        }
    }

    func setValue(_ word: String, _ value: Double, _ lines: LineProtocol) throws {
        try dialect.tell("\(word) \(letter)=\(value.text(places: 3))", lines)
    }

    // MARK: Looking for the ends

    func startRun(forward: Bool, _ lines: LineProtocol) throws {
        try dialect.tell("SPIN \(letter)=\(forward ? "" : "-")\(dialect.spinSpeed)", lines)
    }

    func stopRun(_ lines: LineProtocol) throws { try dialect.tell("SPIN \(letter)=0", lines) }
    func countFromZero(_ lines: LineProtocol) throws { try dialect.tell("HERE \(letter)=0", lines) }
}
