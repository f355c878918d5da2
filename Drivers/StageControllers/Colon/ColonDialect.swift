internal import Devices
internal import Transports

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
