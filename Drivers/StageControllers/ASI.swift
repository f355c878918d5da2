public import Devices
public import Transports

/// The commands of an ASI controller MS2000, in tenths of a micrometer.
enum ASI {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n")

    static let dialect = ColonDialect(
        errors: [
            1: "unknown command", 2: "no such axis", 3: "parameters are missing", 4: "out of range", 5: "failed",
            6: "undefined", 21: "halted",
        ],
        tellsLimits: true,
        unitsPerMillimetre: 10_000,
        tolerance: 10,
        spinSpeed: 100
    )

    static let letters = ["X", "Y", "Z"]
    /// The sockets for lamps, in the order of python-microscope's `lights`.
    static let lampLetters = ["X", "Y"]

    static func version(_ lines: LineProtocol) throws -> String {
        try dialect.ask("V", lines) { $0.isEmpty ? nil : $0 }
    }

    /// Ends what makes answers longer or shorter: letters, positions and targets of moves, line ends of CR alone.
    ///
    /// Another program may have switched these modes on, and saved them (ASI, "Command:VB"; firmware 8.5 or newer).
    private static func endVerboseModes(_ lines: LineProtocol) throws {
        do {
            let modes = try dialect.askAnyForm("VB X?", lines) { line in
                line.firstRange(of: "X=").flatMap { Int(line[$0.upperBound...].prefix(while: \.isWholeNumber)) }
            }
            guard modes != 0 else { return }
        } catch SerialError.refused {
            return  // Older firmware has no such modes.
        } catch let error as SerialError where error.isPassing {
            // With CR alone at its end no answer is recognised, this one's neither.
        }
        do { try dialect.tell("VB X=0", lines) } catch let error as SerialError where error.isPassing {}
    }

    /// The connected axes, with the units that another program may have given them (`UM`).
    private static func axes(_ lines: LineProtocol) throws -> [ColonAxis] {
        try letters.compactMap { letter in
            var axis = ColonAxis(letter: letter, dialect: dialect)
            do { _ = try axis.position(lines) } catch SerialError.refused { return nil }
            // Older firmware has no other units.
            if let units = try? axis.value("UM", lines), 1...1e7 ~= units { axis.dialect.unitsPerMillimetre = units }
            return axis
        }
    }

    static func open(_ connector: SerialConnector, _ options: ASIOptions, _ format: LineFormat = format) throws
        -> SerialController
    {
        let lamps = zip(options.lights?.names ?? [], lampLetters).map { ASILamp(name: $0, letter: $1) }
        let leavesLight = options.leaveAsIs ?? false
        let restored = RestoredCommands()
        let line = try connector.line(format) { lines, isFirst in
            // The first answer may be to half a command that another program has left.
            let first = try? version(lines)
            try endVerboseModes(lines)
            let version = try first ?? version(lines)
            try restored.restore(lines, identity: version)
            if !leavesLight || !isFirst { try lamps.attemptEach { try $0.ensureOff(lines) } }
            return version
        }
        do {
            let found = try line.perform { (axes: try axes($0), version: try version($0)) }
            let limits = options.limits?.pairs ?? []
            let serialAxes = found.axes.map { axis in
                SerialAxis(axis.letter, axis, on: line, limits: limits.first { $0.name == axis.letter }?.value)
            }
            let homing = EndSearch(isWanted: options.home ?? false)
            let stage = SerialStage(
                "ASIStage",
                serialAxes,
                on: line,
                homing: homing,
                settings: settings(found.axes, line, restored),
                stop: dialect.halt
            )
            return try SerialController(
                "ASIMS2000",
                (serialAxes.isEmpty ? [] : [("stage", stage)]) + lamps.map { ($0.name, try ASILight($0, on: line)) },
                on: line,
                settings: [Setting("firmware", fixed: found.version)]
            )
        } catch {
            line.close()
            throw error
        }
    }

    /// The settings of each axis; they are not saved in the controller, which gets them back after its port was lost.
    private static func settings(_ axes: [ColonAxis], _ line: SerialLine, _ restored: RestoredCommands) -> [Setting] {
        axes.flatMap { axis in
            let letter = axis.letter
            return [
                Setting(
                    "speed \(letter)",
                    on: line,
                    in: 0...1000.0,
                    get: { try axis.value("SPEED", $0) },
                    set: { speed, lines in
                        try restored.perform("SPEED \(letter)", lines) { try axis.setValue("SPEED", speed, $0) }
                    }
                ),
                Setting("lower limit \(letter)", on: line, in: -10_000...10_000.0, get: { try axis.value("SL", $0) }),
                Setting("upper limit \(letter)", on: line, in: -10_000...10_000.0, get: { try axis.value("SU", $0) }),
            ]
        }
    }
}

/// The options of an ASI controller.
public struct ASIOptions: SerialLineOptions {
    /// The port.
    public var port: PortName
    /// The baud rate, 9600 by default.
    public var baudRate: Count?
    /// The names of the lamps at the sockets, at most two.
    public var lights: Lights?
    /// The limits of each axis, by its letter, if narrower than the controller's own.
    public var limits: NamedOptions<AxisLimits>?
    /// Whether enabling the stage runs it to its ends and sets zero at the lower ends; false by default.
    public var home: Bool?
    /// Whether lamps that are on when the server starts stay on; by default they are switched off.
    public var leaveAsIs: Bool?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
        case lights, limits, home
        case leaveAsIs = "leave_as_is"
    }

    public init(
        port: PortName,
        baudRate: Count? = nil,
        lights: Lights? = nil,
        limits: NamedOptions<AxisLimits>? = nil,
        home: Bool? = nil,
        leaveAsIs: Bool? = nil
    ) {
        (self.port, self.baudRate, self.lights, self.limits, self.home) = (port, baudRate, lights, limits, home)
        self.leaveAsIs = leaveAsIs
    }

    /// The names of lamps; all different, and none of them `stage`.
    public struct Lights: Decodable, Sendable {
        public let names: [String]

        /// Nil for more names than sockets, or for repeated names.
        public init?(_ names: [String]) {
            guard names.count <= ASI.lampLetters.count, Set(names + ["stage"]).count == names.count + 1 else {
                return nil
            }
            self.names = names
        }

        public init(from decoder: any Decoder) throws {
            let names = try [String](from: decoder)
            guard let lights = Lights(names) else {
                throw decoder.invalid("must be at most two different names other than 'stage' (was \(names))")
            }
            self = lights
        }
    }
}

extension Driver where Configuration == ASIOptions {
    public static var asiMS2000: Self {
        Driver(
            serial: "asi-ms2000",
            "an ASI controller MS2000",
            port: ASI.port,
            ask: SerialPort.question(ASI.port, ASI.format) { try (try? ASI.version($0)) ?? ASI.version($0) },
            simulated: { _ in SimulatedASI() },
            open: { try ASI.open($0, $1) }
        )
        .proven(
            Proof(
                sources: "ASI's pages about its commands; drivers by others, without a firmware",
                witnesses: [
                    .pythonMicroscope("moves, limits, lamp", tests: "test_asi"),
                    Witness("asitiger 0.2.1", "moves, speed, states of axes, errors", tests: "test_asi_with_asitiger"),
                ],
                untested: ["cards of a Tiger"]
            )
        )
    }
}

/// The commands of a lamp at an ASI controller.
///
/// The lamp is off at 0 % and has no other switch.
struct ASILamp: Sendable {
    let name: String
    /// `X` or `Y`, the socket.
    let letter: String

    /// The value comes first in the answer: `X=50 :A`.
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

    /// Switches the lamp off and checks it, up to three times.
    func ensureOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            try setPercent(0, lines)
            if try percent(lines) == 0 { return }
        }
        throw SerialError.refused("LED \(letter)=0", answer: "it is still on")
    }
}

/// A lamp at an ASI controller.
public final class ASILight: LightSource, OnlyTriggersBulbOnSoftware, SerialDevice {
    public let typeName = "ASILED"
    public let line: SerialLine
    public var enabledSession: Int?
    public var setPoint: Double
    private let lamp: ASILamp
    /// Whether it has been shut down; by then it was switched off or has reported why not.
    private var isGivenUp = false

    /// Adopts the lamp's state: a lamp that was left on is enabled.
    init(_ lamp: ASILamp, on line: SerialLine) throws {
        (self.lamp, self.line) = (lamp, line)
        let percent = try line.perform(lamp.percent)
        setPoint = Double(percent) / 100
        isEnabled = percent > 0
    }

    public func performEnable() throws { try setPercent(of: setPoint) }

    public func performDisable() throws {
        guard !isGivenUp else { return }
        do { try line.perform(lamp.ensureOff) } catch {
            throw DeviceError(
                .failed,
                "\(lamp.name) of \(line.title) could not be switched off, and whether light comes out is unknown",
                cause: error
            )
        }
    }

    public func performShutdown() { isGivenUp = true }

    public var isOn: Bool { get throws { try percent > 0 } }
    public var measuredPower: Double { get throws { Double(try percent) / 100 } }

    private var percent: Int {
        get throws {
            if isGivenUp { throw DeviceError(.disabled, "\(lamp.name) has been shut down and cannot be asked") }
            do { return try line.perform(lamp.percent) } catch {
                throw DeviceError(.failed, "whether light comes out is unknown", cause: error)
            }
        }
    }

    /// While the lamp is off, the power is kept for later, because any power switches the lamp on.
    public func performSetPower(_ power: Double) throws { if isEnabled { try setPercent(of: power) } }

    private func setPercent(of power: Double) throws {
        let wanted = Int((power * 100).rounded())
        try line.perform { lines in
            try lamp.setPercent(wanted, lines)
            let found = try lamp.percent(lines)
            guard found == wanted else {
                throw DeviceError(
                    .failed,
                    "\(lamp.name) of \(line.title) was set to \(wanted) % but reports \(found) %"
                )
            }
        }
    }

    public var status: [String] {
        do { return ["emission: \(try isOn ? "on" : "off")", "power: \(try percent) %"] } catch { return ["\(error)"] }
    }
}
