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

/// What differs between makers whose controllers answer with `:A` or `:N`.
public struct ColonDialect: Sendable {
    /// What the numbers behind `:N` mean, without their sign.
    let errors: [Int: String]
    /// Whether it tells by `SL` and `SU` how far an axis goes, in millimetres.
    let tellsLimits: Bool
    /// How many units are a millimetre, for what it tells in millimetres.
    let unitsPerMillimetre: Double
    /// How far from where it was sent an axis may stand, in units.
    let tolerance: Double
    /// What `SPIN` takes for a speed that is fast, but not the fastest.
    let spinSpeed: Int

    /// Asks, and takes `:N` for a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try askAnyForm(command, lines) { line in
            guard line.hasPrefix(":A") else { return nil }
            return parse(String(line.dropFirst(2).drop { $0 == " " }))
        }
    }

    /// Asks what is answered in another form than `:A` and the data, but for a refusal.
    func askAnyForm<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { line in
            if line.hasPrefix(":N") { throw SerialError.refused(command, answer: text(ofError: line)) }
            return parse(line)
        }
    }

    /// Says something that is answered with `:A` alone.
    ///
    /// It may be said twice.
    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0.isEmpty ? () : nil }
    }

    /// What the line says: `:N -2` or `:N-2`.
    private func text(ofError line: String) -> String {
        let digits = line.drop { !$0.isWholeNumber }.prefix { $0.isWholeNumber }
        guard let number = Int(digits) else { return line }
        return errors[number].map { "\($0) (\(number))" } ?? "error \(number)"
    }
}
