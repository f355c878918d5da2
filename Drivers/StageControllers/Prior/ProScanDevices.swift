internal import Devices
internal import Transports

/// An axis of a ProScan's stage, or its focus; in its user's units.
struct ProScanAxis: AxisCommands {
    /// `X`, `Y` or `Z`.
    let letter: String
    /// How far it goes, as the stage's size says; nil if it does not.
    let size: AxisLimits?

    func position(_ lines: LineProtocol) throws -> Double { try ProScan.ask("P\(letter)", lines) { $0.number } }

    /// Moves of several axes wait for each other in the controller, so one stands when all do.
    func isMoving(_ lines: LineProtocol) throws -> Bool { try ProScan.runningMotors(lines) & 7 != 0 }

    func startMove(to position: Double, _ lines: LineProtocol) throws {
        try ProScan.startMove("G\(letter) \(position.text(places: 0))", lines)
    }

    func limits(_: LineProtocol) -> AxisLimits? { size }
    var tolerance: Double { 2 }
}

/// A filter wheel of a ProScan.
struct ProScanWheel: PolledWheelCommands {
    /// 1 to 3; the third is at the socket for the fourth axis.
    let number: Int

    func position(_ lines: LineProtocol) throws -> Int? {
        try ProScan.ask("7,\(number),F", lines) { $0.code() } - 1
    }

    /// Which bit stands for which wheel is not certain; none of them stands for the stage.
    func isMoving(_ lines: LineProtocol) throws -> Bool { try ProScan.runningMotors(lines) & ~7 != 0 }

    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try ProScan.startMove("7,\(number),\(position + 1)", lines)
    }

    /// How many positions it has; nil if there is no wheel with this number.
    func positionCount(_ lines: LineProtocol) throws -> Int? {
        do {
            guard try ProScan.description("FILTER \(number)", lines)["FILTER_\(number)"] != "NONE" else { return nil }
            return try ProScan.ask("FPW \(number)", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
        } catch SerialError.refused { return nil }
    }
}

/// A shutter of a ProScan.
struct ProScanShutter: ShutterCommands {
    /// From 1.
    let number: Int
    var name: String { "shutter \(number)" }

    func isOpen(_ lines: LineProtocol) throws -> Bool {
        try ProScan.ask("8,\(number)", lines) { $0.flag.map { !$0 } }
    }

    func setOpen(_ isOpen: Bool, _ lines: LineProtocol) throws {
        try ProScan.startMove("8,\(number),\(isOpen ? 0 : 1)", lines)
    }

    func isFitted(_ lines: LineProtocol) throws -> Bool {
        do { _ = try isOpen(lines) } catch SerialError.refused { return false }
        return true
    }
}
