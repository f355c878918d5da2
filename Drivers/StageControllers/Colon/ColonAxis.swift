public import Devices
public import Transports

/// An axis of a controller that answers with `:A` or `:N`.
public struct ColonAxis: AxisCommands {
    /// `X`, `Y` or `Z`.
    let letter: String
    var dialect: ColonDialect

    public func position(_ lines: LineProtocol) throws -> Double {
        try dialect.ask("WHERE \(letter)", lines) { $0.number }
    }

    public func isMoving(_ lines: LineProtocol) throws -> Bool { try status(lines) & 1 != 0 }

    /// Status bits: 0 moving, 1 the motor is on, 6 at the upper limit switch, 7 at the lower limit switch.
    private func status(_ lines: LineProtocol) throws -> Int {
        try dialect.ask("RDSTAT \(letter)", lines) { $0.code() }
    }

    public func startMove(to position: Double, _ lines: LineProtocol) throws {
        try dialect.tell("MOVE \(letter)=\(position.text(places: 0))", lines)
    }

    public var tolerance: Double { dialect.tolerance }

    /// Only ASI reports it in millimeters per second.
    public func speed(_ lines: LineProtocol) throws -> Double? {
        dialect.tellsLimits ? try value("SPEED", lines) * dialect.unitsPerMillimetre : nil
    }

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
        if status & 2 == 0 { return "another program has switched its motor off" }
        if status & 0x40 != 0 { return "at the upper limit switch" }
        return status & 0x80 != 0 ? "at the lower limit switch" : nil
    }

    /// A value of this axis: `:A X=5.745`, or `:X=5.745 A` in some firmware.
    func value(_ word: String, _ lines: LineProtocol) throws -> Double {
        try dialect.askAnyForm("\(word) \(letter)?", lines) { line in
            guard let range = line.firstRange(of: "\(letter)="), line.hasPrefix(":") else { return nil }
            return line[range.upperBound...].split(separator: " ").first.flatMap { String($0).number }
        }
    }

    func setValue(_ word: String, _ value: Double, _ lines: LineProtocol) throws {
        try dialect.tell("\(word) \(letter)=\(value.text(places: 3))", lines)
    }

    // MARK: Finding the ends

    func startRun(forward: Bool, _ lines: LineProtocol) throws {
        try dialect.tell("SPIN \(letter)=\(forward ? "" : "-")\(dialect.spinSpeed)", lines)
    }

    func stopRun(_ lines: LineProtocol) throws { try dialect.tell("SPIN \(letter)=0", lines) }
    func countFromZero(_ lines: LineProtocol) throws { try dialect.tell("HERE \(letter)=0", lines) }
}

/// The differences between the makes of controllers that answer with `:A` or `:N`.
public struct ColonDialect: Sendable {
    /// The meaning of the error numbers after `:N`, without their sign.
    let errors: [Int: String]
    /// Whether `SL` and `SU` report the limits of an axis in millimeters.
    let tellsLimits: Bool
    /// Units per millimeter, for values that are reported in millimeters.
    var unitsPerMillimetre: Double
    /// The permitted distance of an axis from its target, in units.
    let tolerance: Double
    /// A fast speed for `SPIN`, below the maximum.
    let spinSpeed: Int

    /// Sends a query; `:N` is a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try askAnyForm(command, lines) { line in
            guard line.hasPrefix(":A") else { return nil }
            return parse(String(line.dropFirst(2).drop { $0 == " " }))
        }
    }

    /// Sends a query whose answer has another form than `:A` and data; `:N` is a refusal.
    func askAnyForm<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { line in
            if line.hasPrefix(":N") { throw SerialError.refused(command, answer: text(ofError: line)) }
            return parse(line)
        }
    }

    /// Sends a command that is answered with `:A` alone.
    ///
    /// It may be sent twice.
    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0.isEmpty ? () : nil }
    }

    /// Stops all axes; a controller that was moving answers with the error number 21.
    func halt(_ lines: LineProtocol) throws {
        try lines.ask("HALT") { line in
            let text = line.filter { $0 != " " }
            return text == ":A" || text == ":N-21" ? () : nil
        }
    }

    /// The text of a refusal `:N -2` or `:N-2`.
    private func text(ofError line: String) -> String {
        let digits = line.drop { !$0.isWholeNumber }.prefix { $0.isWholeNumber }
        guard let number = Int(digits) else { return line }
        return errors[number].map { "\($0) (\(number))" } ?? "error \(number)"
    }
}
