public import Devices
public import Transports

/// The options of a ProScan III.
public struct ProScanOptions: SerialLineOptions {
    /// Which port it is at.
    public var port: PortName
    /// Bits a second, 9600 unless given.
    public var baudRate: Count?
    /// How far each axis goes, by its letter.
    ///
    /// The focus, `Z`, is there only if it is given here.
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
        let line = try connector.line(format) { lines, _ in try identify(lines) }
        do {
            let found = try line.perform { try Found($0) }
            return SerialController(
                "ProScanIII",
                stage(found, options, line) + wheels(found, line),
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

    /// What is connected to a controller.
    private struct Found {
        let identity: String
        let version: String
        let information: [String: String]
        /// How far the stage goes at most, in its user's units, by axis.
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

    /// The size of the stage to both sides of zero, since it does not tell where in it zero is.
    private static func sizes(_ lines: LineProtocol) throws -> [String: AxisLimits] {
        do {
            let stage = try description("STAGE", lines)
            let unit = try ask("RES,S", lines) { $0.number }
            // From nanometres to centimetres.
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

    private static func stage(_ found: Found, _ options: ProScanOptions, _ line: SerialLine)
        -> [(name: String, device: any Device)]
    {
        let limits = options.limits?.pairs ?? []
        let given = { (letter: String) in limits.first { $0.name == letter }?.value }
        var letters = found.hasFitted("STAGE") ? ["X", "Y"] : []
        // A focus drive that does not know its ends would be driven into the specimen.
        if found.hasFitted("FOCUS"), given("Z") != nil { letters.append("Z") }
        guard !letters.isEmpty else { return [] }
        let axes = letters.map { letter in
            SerialAxis(letter, ProScanAxis(letter: letter, size: found.sizes[letter]), on: line, limits: given(letter))
        }
        let settings = [("speed", "SMS"), ("acceleration", "SAS"), ("s-curve", "SCS")].map { name, word in
            Setting(name, on: line, in: 1...100, get: { try ask(word, $0) { $0.code() } }) { value, lines in
                try ask("\(word),\(value)", lines) { $0 == "0" ? () : nil }
            }
        }
        return [("stage", SerialStage("ProScanIIIStage", axes, on: line, settings: settings))]
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
            simulated: { _ in SimulatedProScan() },
            open: { try ProScan.open($0, $1) }
        )
    }
}
