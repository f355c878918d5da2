public import Devices
public import Transports

/// The high-level commands of the Ludl controllers MAC2000, MAC5000 and MC2000.
enum Ludl {
    /// Two stop bits; older controllers need time between the bytes.
    static let port = PortSettings(baudRate: 9600, stopBits: .two)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\n", bytePause: .milliseconds(10))

    static let dialect = ColonDialect(
        errors: [
            1: "unknown command", 2: "no such axis or module", 3: "parameters are missing", 4: "out of range",
            10: "no slides", 11: "end of the list", 12: "slide error", 16: "the motor stalled or is at its end",
            17: "initialisation failed", 21: "halted",
        ],
        tellsLimits: false,
        unitsPerMillimetre: 10_000,
        tolerance: 10,
        spinSpeed: 100_000
    )

    /// The axis names of python-microscope, which are numbers.
    static let axisNames: KeyValuePairs = ["X": "1", "Y": "2", "Z": "3"]

    /// The letters of the connected axes, from the controller's module table.
    static func axes(_ lines: LineProtocol) throws -> [String] {
        let rows = try lines.repeating {
            try lines.send("RCONFIG")
            var rows: [String] = []
            while true {
                do { rows.append(try lines.readLine()) } catch SerialError.silent(let command, let limit) {
                    // Some controllers omit the last line.
                    guard !rows.isEmpty else { throw SerialError.silent(after: command, within: limit) }
                    return rows
                }
                if rows.last?.hasPrefix(":") == true, rows.count > 1 { return rows }
                if rows.last?.hasPrefix(":N") == true { throw SerialError.refused("RCONFIG", answer: rows[0]) }
            }
        }
        let motors = rows.map { $0.split(separator: " ").map(String.init) }.filter { $0.contains("EMOT") }
        let letters = Set(motors.flatMap { $0 })
        return axisNames.map(\.key).filter(letters.contains)
    }

    static func version(_ lines: LineProtocol) throws -> String {
        try dialect.askAnyForm("VER", lines) { line in
            let text = line.hasPrefix(":A") ? String(line.dropFirst(2)) : line
            return text.contains { $0.isLetter || $0.isNumber } ? text : nil
        }
    }

    /// Brings the controller to the high-level commands, if another program has left it at the low-level ones.
    static func identify(_ lines: LineProtocol) throws -> String {
        do { return try version(lines) } catch let error as SerialError where error.isAnswerOrSilence {
            // `ff 41` chooses the high level (Micro-Manager's adapter).
            try lines.send([0xFF, 0x41], as: "command level")
            return try version(lines)
        }
    }

    static func open(_ connector: SerialConnector, _ options: LudlOptions, _ format: LineFormat = format) throws
        -> SerialController
    {
        let line = try connector.line(format) { lines, _ in try identify(lines) }
        do {
            let found = try line.perform { (letters: try axes($0), version: try version($0)) }
            let limits = options.limits?.pairs ?? []
            let serialAxes = axisNames.filter { found.letters.contains($0.key) }.map { letter, name in
                let limits = limits.first { $0.name == name }?.value
                return SerialAxis(name, ColonAxis(letter: letter, dialect: dialect), on: line, limits: limits)
            }
            var devices: [(name: String, device: any Device)] = []
            if !serialAxes.isEmpty {
                let homing = EndSearch(isWanted: false)
                devices.append(
                    ("stage", SerialStage("LudlStage", serialAxes, on: line, homing: homing, stop: dialect.halt))
                )
            }
            for (index, wheel) in (options.wheels ?? []).enumerated() {
                let commands = LudlWheel(module: wheel.module?.value ?? 1, isAuxiliary: wheel.auxiliary ?? false)
                let wheel = PolledWheel("LudlFilterWheel", commands, positions: wheel.positions.value, on: line)
                devices.append(("filter \(index + 1)", wheel))
            }
            let shutters = (options.shutters ?? []).enumerated().map { index, shutter in
                LudlShutter(
                    name: "shutter \(index + 1)",
                    module: shutter.module?.value ?? 1,
                    number: min(shutter.number.value, 16)
                )
            }
            return SerialController(
                "LudlMC2000",
                devices,
                on: line,
                shutters: Shutters(shutters),
                settings: [Setting("firmware", fixed: found.version)]
            )
        } catch {
            line.close()
            throw error
        }
    }
}

extension SerialError {
    /// Whether the port works, and the controller may only have been in another state.
    fileprivate var isAnswerOrSilence: Bool {
        if case .refused = self { true } else { isPassing }
    }
}

extension Driver where Configuration == LudlOptions {
    public static var ludlMC2000: Self {
        let name = "ludl-mc2000"
        return Driver(
            name,
            "a Ludl controller MC2000, MAC2000 or MAC5000",
            attached: { .serialPort($0?.port.description) },
            ask: SerialPort.question(Ludl.port, Ludl.format, Ludl.identify)
        ) { options, context in
            let connector = try SerialConnector(
                name,
                at: options.port,
                Ludl.port,
                baudRate: options.baudRate,
                context,
                simulated: { SimulatedLudl() }
            )
            var format = Ludl.format
            if context.isSimulated { format.bytePause = .zero }
            return try Ludl.open(connector, options, format)
        }
        .proven(
            Proof(
                sources: "a MAC2000 of the 1990s",
                witnesses: [
                    .pythonMicroscope("moves, limits", tests: "test_ludl")
                ],
                untested: ["MC2000", "MAC5000"]
            )
        )
    }
}

/// The options of a Ludl controller.
///
/// The controller reports its axes, but not its wheels and shutters.
public struct LudlOptions: Decodable, Sendable {
    /// The port.
    public var port: PortName
    /// The baud rate, 9600 by default.
    public var baudRate: Count?
    /// The limits of each axis, by name.
    ///
    /// Enabling the stage finds missing limits by moving.
    public var limits: NamedOptions<AxisLimits>?
    public var wheels: [Wheel]?
    public var shutters: [Shutter]?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
        case limits, wheels, shutters
    }

    public init(
        port: PortName,
        baudRate: Count? = nil,
        limits: NamedOptions<AxisLimits>? = nil,
        wheels: [Wheel]? = nil,
        shutters: [Shutter]? = nil
    ) {
        (self.port, self.baudRate, self.limits) = (port, baudRate, limits)
        (self.wheels, self.shutters) = (wheels, shutters)
    }

    /// A wheel: its module, 1 by default, and whether it is the auxiliary wheel there.
    public struct Wheel: Decodable, Sendable {
        public var module: Count?
        public var auxiliary: Bool?
        public var positions: Count

        public init(module: Count? = nil, auxiliary: Bool? = nil, positions: Count) {
            (self.module, self.auxiliary, self.positions) = (module, auxiliary, positions)
        }
    }

    /// A shutter: its module, 1 by default, and its number there, 1 to 3.
    public struct Shutter: Decodable, Sendable {
        public var module: Count?
        public var number: Count

        public init(module: Count? = nil, number: Count) { (self.module, self.number) = (module, number) }
    }
}

/// A filter wheel on a module of a Ludl controller, which does not report its position.
struct LudlWheel: PolledWheelCommands {
    let module: Int
    let isAuxiliary: Bool

    var tellsPosition: Bool { false }
    func position(_: LineProtocol) -> Int? { nil }

    /// The tenth position is sent as 0.
    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try Ludl.dialect.tell("ROTAT S\(module) \(isAuxiliary ? "A" : "M") \((position + 1) % 10)", lines)
    }

    /// The answer is one letter without a line end.
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
    /// Counted from 1.
    let number: Int

    func isOpen(_ lines: LineProtocol) throws -> Bool {
        try Ludl.dialect.ask("RDSTAT S\(module)", lines) { $0.code() } & (2 << number) != 0
    }

    func setOpen(_ isOpen: Bool, _ lines: LineProtocol) throws {
        try Ludl.dialect.tell("\(isOpen ? "OPEN" : "CLOSE") S\(module) \(number)", lines)
    }
}
