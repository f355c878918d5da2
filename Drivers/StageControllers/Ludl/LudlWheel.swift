internal import Transports

/// A filter wheel on a module of a Ludl controller, which cannot say where it stands.
struct LudlWheel: PolledWheelCommands {
    let module: Int
    let isAuxiliary: Bool

    var tellsPosition: Bool { false }
    func position(_: LineProtocol) -> Int? { nil }

    /// The tenth position is called 0.
    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try Ludl.dialect.tell("ROTAT S\(module) \(isAuxiliary ? "A" : "M") \((position + 1) % 10)", lines)
    }

    /// Answered by one letter without a line end.
    func isMoving(_ lines: LineProtocol) throws -> Bool {
        try lines.repeating {
            try lines.send("STATUS S")
            switch try lines.readBytes(1) {
            case [0x42]: return true
            case [0x4E]: return false
            case let other: throw SerialError.odd(answer: "\(other)", to: "STATUS S")
            }
        }
    }
}

/// A shutter on a module of a Ludl controller.
struct LudlShutter: ShutterCommands {
    let name: String
    let module: Int
    /// From 1.
    let number: Int

    func isOpen(_ lines: LineProtocol) throws -> Bool {
        try Ludl.dialect.ask("RDSTAT S\(module)", lines) { $0.code() } & (2 << number) != 0
    }

    func setOpen(_ isOpen: Bool, _ lines: LineProtocol) throws {
        try Ludl.dialect.tell("\(isOpen ? "OPEN" : "CLOSE") S\(module) \(number)", lines)
    }
}
