import Transports

/// The low-level commands of the module for filters and shutters, as Micro-Manager's adapter LudlLow sends them.
///
/// A message is the module's address, a command, the number of data bytes of the command or of its answer (not after a
/// question for the status), and `:`. Micro-Manager drives stages at the high level only, and no public text has the
/// low-level commands of the motor modules; they are silent here, as a module is that does not exist.
extension SimulatedLudl {
    /// The address of the module in the list that `RCONFIG` prints (`Wheel::OnID` in LudlLow: 17 to 21).
    private static let module: UInt8 = 17
    private static let end = UInt8(ascii: ":")
    private static let status = UInt8(ascii: "?")

    /// Opening and closing of the shutters 1 to 3 (`Shutter::SetShutterPosition`).
    private static let opening: [UInt8: Int] = [0x4A: 1, 0x4C: 2, 0x4F: 3]
    private static let closing: [UInt8: Int] = [0x4B: 1, 0x4D: 2, 0x50: 3]

    /// The answer to the message in ``pendingInput``, once it is complete.
    mutating func lowLevelAnswer(at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let message = pendingInput
        let length = message.count > 1 && message[1] == Self.status ? 3 : 4
        guard message.count >= length else { return [] }
        pendingInput = []
        guard message[0] == Self.module, message[length - 1] == Self.end else { return [] }
        return lowLevelAnswer(to: message[1], at: now).map { [SimulatedOutput([$0])] } ?? []
    }

    private mutating func lowLevelAnswer(to command: UInt8, at now: ContinuousClock.Instant) -> UInt8? {
        switch command {
        case Self.status:
            return wheelBusyUntil.map { $0 > now } ?? false ? UInt8(ascii: "B") : UInt8(ascii: "b")
        // `s`: a bit for each open shutter, from 4 on (`Shutter::GetShutterPosition`).
        case UInt8(ascii: "s"): return UInt8(truncatingIfNeeded: openShutters.reduce(0) { $0 | 2 << $1 })
        // `a`: the position of the main wheel, from 1 (`Wheel::GetWheelPosition`).
        case UInt8(ascii: "a"): return UInt8(truncatingIfNeeded: wheel)
        case UInt8(ascii: "H"): turn(to: 1, at: now)
        case UInt8(ascii: "1")...UInt8(ascii: "6"): turn(to: Int(command - UInt8(ascii: "0")), at: now)
        default:
            if let number = Self.opening[command] { openShutters.insert(number) }
            if let number = Self.closing[command] { openShutters.remove(number) }
        }
        return nil
    }

    private mutating func turn(to position: Int, at now: ContinuousClock.Instant) {
        wheel = position
        wheelBusyUntil = now + wheelTime
    }
}
