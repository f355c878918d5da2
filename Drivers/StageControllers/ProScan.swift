public import Devices
internal import Platform
public import Transports

/// The options of a ProScan III.
public struct ProScanOptions: SerialLineOptions {
    /// The port.
    public var port: PortName
    /// The baud rate, 9600 by default.
    public var baudRate: Count?
    /// The limits of each axis, by its letter.
    ///
    /// The focus drive `Z` is only available if its limits are given here.
    public var limits: NamedOptions<AxisLimits>?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
        case limits
    }

    public init(port: PortName, baudRate: Count? = nil, limits: NamedOptions<AxisLimits>? = nil) {
        (self.port, self.baudRate, self.limits) = (port, baudRate, limits)
    }
}

extension ProScan {
    static func open(_ connector: SerialConnector, _ options: ProScanOptions, _ format: LineFormat = format) throws
        -> SerialController
    {
        let restored = RestoredCommands()
        let line = try connector.line(format) { lines, _ in
            let identity = try identify(lines)
            try restored.restore(lines, identity: identity)
            return identity
        }
        do {
            let found = try line.perform { try Found($0) }
            return SerialController(
                "ProScanIII",
                stage(found, options, line, restored) + wheels(found, line),
                on: line,
                shutters: Shutters(found.shutters),
                settings: [
                    Setting("serial number", fixed: found.identity), Setting("firmware", fixed: found.version),
                ]
            )
        } catch {
            line.close()
            throw error
        }
    }

    /// The devices that are connected to a controller.
    private struct Found {
        let identity: String
        let version: String
        let information: [String: String]
        /// The largest possible travel of the stage by axis, in user units.
        let sizes: [String: AxisLimits]
        let wheels: [(wheel: ProScanWheel, positions: Int)]
        let shutters: [ProScanShutter]

        init(_ lines: LineProtocol) throws {
            identity = try identify(lines)
            version = try ask("VERSION", lines) { $0 }
            information = try description("?", lines)
            sizes = try ProScan.sizes(lines)
            wheels = try (1...3).compactMap { number in
                let wheel = ProScanWheel(number: number)
                return try wheel.positionCount(lines).map { (wheel, $0) }
            }
            shutters = try (1...3).map(ProScanShutter.init).filter { try $0.isFitted(lines) }
        }

        func hasFitted(_ name: String) -> Bool { information[name].map { $0 != "NONE" } ?? false }
    }

    /// The size of the stage to both sides of zero, because the controller does not report where zero is.
    private static func sizes(_ lines: LineProtocol) throws -> [String: AxisLimits] {
        do {
            let stage = try description("STAGE", lines)
            let unit = try ask("RES,S", lines) { $0.number }
            // From nanometers to centimeters.
            guard 1e-3...1e4 ~= unit else { return [:] }
            var sizes: [String: AxisLimits] = [:]
            for letter in ["X", "Y"] {
                let text = (stage["SIZE_\(letter)"] ?? "").split(separator: " ").first.map(String.init) ?? ""
                guard let millimetres = text.number, 0.1...10_000 ~= millimetres else { continue }
                sizes[letter] = AxisLimits(lower: -millimetres * 1000 / unit, upper: millimetres * 1000 / unit)
            }
            return sizes
        } catch SerialError.refused { return [:] }
    }

    private static func stage(
        _ found: Found,
        _ options: ProScanOptions,
        _ line: SerialLine,
        _ restored: RestoredCommands
    ) -> [(name: String, device: any Device)] {
        let limits = options.limits?.pairs ?? []
        let given = { (letter: String) in limits.first { $0.name == letter }?.value }
        var letters = found.hasFitted("STAGE") ? ["X", "Y"] : []
        // Without limits, a focus drive could be driven into the specimen.
        if found.hasFitted("FOCUS"), given("Z") != nil { letters.append("Z") }
        guard !letters.isEmpty else { return [] }
        let axes = letters.map { letter in
            SerialAxis(letter, ProScanAxis(letter: letter, size: found.sizes[letter]), on: line, limits: given(letter))
        }
        let settings = [("speed", "SMS"), ("acceleration", "SAS"), ("s-curve", "SCS")].map { name, word in
            Setting(name, on: line, in: 1...100, get: { try ask(word, $0) { $0.code() } }) { value, lines in
                try restored.perform(word, lines) { try ask("\(word),\(value)", $0) { $0 == "0" ? () : nil } }
            }
        }
        // `I` stops all axes with their usual deceleration and empties the queue of moves; `K` may lose the position.
        let stage = SerialStage("ProScanIIIStage", axes, on: line, settings: settings) { try startMove("I", $0) }
        return [("stage", stage)]
    }

    private static func wheels(_ found: Found, _ line: SerialLine) -> [(name: String, device: any Device)] {
        found.wheels.map { wheel, positions in
            ("filter \(wheel.number)", PolledWheel("ProScanIIIFilterWheel", wheel, positions: positions, on: line))
        }
    }
}

extension Driver where Configuration == ProScanOptions {
    public static var proScanIII: Self {
        Driver(
            serial: "prior-proscan-iii",
            "a Prior controller ProScan III",
            port: ProScan.port,
            ask: SerialPort.question(ProScan.port, ProScan.format, ProScan.identify),
            simulated: { _ in SimulatedProScan() },
            open: { try ProScan.open($0, $1) }
        )
        .proven(
            Proof(
                sources: "Prior's manual; firmware 1.03 with an H101A",
                witnesses: [
                    .pythonMicroscope("filter wheels", tests: "test_prior_filter_wheels"),
                    Witness(
                        "prior-optiscan2-control 0.1.1",
                        "moves and positions of the stage",
                        tests: "test_prior_with_optiscan_control"
                    ),
                ],
                untested: ["stages other than the H101A"]
            )
        )
    }
}

/// The commands of a ProScan III in standard mode (`COMP 0`).
enum ProScan {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r")

    /// The errors that the sources name; the manual's list is longer.
    private static let errors = [
        4: "not understood", 5: "unknown command", 8: "out of range", 17: "no such filter wheel",
        18: "the queue of moves is full", 20: "there is no such shutter",
    ]

    /// Sends a query; `E,n` is a refusal.
    ///
    /// The `R` that reports the start or the end of a move may come at any time.
    static func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { line in
            if let error = error(line) { throw SerialError.refused(command, answer: error) }
            return line == "R" ? nil : parse(line)
        }
    }

    /// The text of an error: `E,17`, `E18` in some firmware, or words if another program has sent `ERROR,1`.
    static func error(_ line: String) -> String? {
        if line.hasPrefix("ERROR") { return line }
        guard line.first == "E", let number = Int(line.dropFirst().drop { $0 == "," }) else { return nil }
        return errors[number].map { "\($0) (E,\(number))" } ?? "error E,\(number)"
    }

    /// Reads a description: lines `NAME = value` up to `END`.
    static func description(_ command: String, _ lines: LineProtocol) throws -> [String: String] {
        try lines.repeating {
            let rows = try lines.exchange(command) { $0 == "END" || error($0) != nil }
            if let error = rows.last.flatMap(error) { throw SerialError.refused(command, answer: error) }
            var values: [String: String] = [:]
            for row in rows {
                let parts = row.split(separator: "=", maxSplits: 1).map { String($0).trimmingBlanks }
                values[parts.first ?? ""] = parts.count > 1 ? parts[1] : ""
            }
            return values
        }
    }

    /// Starts a move, which is answered with `R`: at once by newer firmware, at its end by older firmware.
    static func startMove(_ command: String, _ lines: LineProtocol) throws {
        try lines.send(command)
        let end = ContinuousClock.now + .milliseconds(60)
        while ContinuousClock.now < end {
            if let line = try lines.readLineIfAny() {
                if let error = error(line) { throw SerialError.refused(command, answer: error) }
                if line == "R" { return }
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    /// A bit for each running motor: X, Y, Z, the fourth axis and the filter wheels.
    static func runningMotors(_ lines: LineProtocol) throws -> Int { try ask("$", lines) { $0.code() } }

    /// Checks that the device is a ProScan; returns its serial number or the next best identification.
    static func identify(_ lines: LineProtocol) throws -> String {
        // The first answer may be to half a command that another program has left.
        let information = try (try? description("?", lines)) ?? description("?", lines)
        guard information.keys.contains("PROSCAN INFORMATION") else {
            throw DeviceError(.initialise, "the device that answers '?' is not a ProScan")
        }
        for command in ["SERIAL", "VERSION"] {
            do { return try ask(command, lines) { $0 } } catch SerialError.refused { continue }
        }
        return ""
    }
}

extension String {
    /// The string without blanks at its ends.
    var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// An axis of a ProScan's stage, or its focus, in user units.
struct ProScanAxis: AxisCommands {
    /// `X`, `Y` or `Z`.
    let letter: String
    /// The limits that follow from the stage's size; nil if the size is unknown.
    let size: AxisLimits?

    /// Asks for all axes: a late answer to another question, which is a single number, cannot be taken for this one.
    func position(_ lines: LineProtocol) throws -> Double {
        try ProScan.ask("P", lines) { line in
            let places = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0).number }
            guard places.count == 3, let index = ["X", "Y", "Z"].firstIndex(of: letter) else { return nil }
            return places[index]
        }
    }

    /// Moves of several axes wait for each other in the controller, so an axis is at rest when all are.
    func isMoving(_ lines: LineProtocol) throws -> Bool { try ProScan.runningMotors(lines) & 7 != 0 }

    func startMove(to position: Double, _ lines: LineProtocol) throws {
        try ProScan.startMove("G\(letter) \(position.text(places: 0))", lines)
    }

    func limits(_: LineProtocol) -> AxisLimits? { size }
    var tolerance: Double { 2 }
}

/// A filter wheel of a ProScan.
struct ProScanWheel: PolledWheelCommands {
    /// 1 to 3; wheel 3 is at the socket of the fourth axis.
    let number: Int

    func position(_ lines: LineProtocol) throws -> Int? {
        try ProScan.ask("7,\(number),F", lines) { $0.code() } - 1
    }

    /// Sources do not agree on the bit of each wheel; bits 0 to 2 belong to the stage.
    func isMoving(_ lines: LineProtocol) throws -> Bool { try ProScan.runningMotors(lines) & ~7 != 0 }

    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try ProScan.startMove("7,\(number),\(position + 1)", lines)
    }

    /// The number of positions; nil if no wheel has this number.
    func positionCount(_ lines: LineProtocol) throws -> Int? {
        do {
            guard try ProScan.description("FILTER \(number)", lines)["FILTER_\(number)"] != "NONE" else { return nil }
            return try ProScan.ask("FPW \(number)", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
        } catch SerialError.refused { return nil }
    }
}

/// A shutter of a ProScan.
struct ProScanShutter: ShutterCommands {
    /// Counted from 1.
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
