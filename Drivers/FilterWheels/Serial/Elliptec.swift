public import Devices
public import Transports

/// A Thorlabs Elliptec slider ELL6, ELL9 or ELL12.
public typealias ThorlabsELLSlider = SerialWheel<ElliptecCommands>

extension ElliptecCommands {
    static let port = PortSettings(baudRate: 9600)
    /// Messages to the slider have a fixed length and no end character.
    ///
    /// A move sent within 100 ms of another one may become a move to zero (pyLabLib).
    static let format = LineFormat(commandEnd: "", answerEnd: "\r\n", pause: .milliseconds(100))

    public func settings(of slider: SerialWheel<Self>) -> [Setting] {
        let identity = slider.facts
        return [
            Setting("model", fixed: "ELL\(identity.type)"),
            Setting("serial number", fixed: identity.serialNumber),
            Setting("year", fixed: identity.year),
            Setting("firmware", fixed: identity.firmware),
            Setting("hardware", fixed: identity.hardware),
            Setting("status", in: 255, get: { try slider.perform(status).text }),
        ]
    }
}

/// The options of an Elliptec slider.
public struct ElliptecOptions: SerialLineOptions {
    /// The port of the bus.
    public var port: PortName
    /// The slider's address on the bus, 0 to 15; 0 by default.
    public var address: Int?

    private enum CodingKeys: CodingKey {
        case port, address
    }

    public init(port: PortName, address: Int? = nil) { (self.port, self.address) = (port, address) }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: CodingKeys.self)
        port = try options.decode(PortName.self, forKey: .port)
        address = try options.decodeIfPresent(Int.self, forKey: .address)
        guard (0...15).contains(address ?? 0) else {
            throw DecodingError.dataCorruptedError(
                forKey: .address,
                in: options,
                debugDescription: "must be a number from 0 to 15 (was \(address ?? 0))"
            )
        }
    }
}

extension ElliptecOptions: CheckedOption {
    public var flaw: String? {
        guard let address, !(0...15).contains(address) else { return nil }
        return "must have an address from 0 to 15 (was \(address))"
    }
}

extension Driver where Configuration == ElliptecOptions {
    public static var thorlabsSlider: Self {
        Driver(
            serial: "thorlabs-ell-slider",
            "a Thorlabs Elliptec slider ELL6, ELL9 or ELL12",
            port: ElliptecCommands.port,
            ask: SerialPort.question(ElliptecCommands.port, ElliptecCommands.format) {
                try ElliptecCommands(address: 0).identify($0)
            },
            simulated: { SimulatedElliptec(address: $0.address ?? 0) }
        ) { connector, options in
            let commands = ElliptecCommands(address: options.address ?? 0)
            return try ThorlabsELLSlider(commands, connector, ElliptecCommands.format)
        }
        .proven(
            Proof(
                sources: "Thorlabs' note on the protocol; an ELL9 with firmware 08; drivers by others",
                witnesses: [
                    Witness(
                        "elliptec 0.1.0",
                        "slots and jogs of ELL9 and ELL6",
                        tests: "test_elliptec_slider_with_elliptec",
                        "test_elliptec_shutter_with_elliptec"
                    ),
                    Witness(
                        "thorlabs-elliptec 1.3.0",
                        "places of an ELL9",
                        tests: "test_elliptec_with_thorlabs_elliptec"
                    ),
                    Witness(
                        "pylablib 1.4.3",
                        "places, velocity, motor of an ELL9",
                        tests: "test_elliptec_with_pylablib"
                    ),
                    Witness(
                        "Thorlabs-Elliptec-Motorized-Stages 1.0.0",
                        "travel, velocity, stop of ELL6, ELL9 and ELL12, no moves",
                        tests: "test_elliptec_with_motorized_stages"
                    ),
                ],
                untested: ["positions of an ELL12"]
            )
        )
    }
}

/// The messages of the Thorlabs Elliptec sliders ELL6, ELL9 and ELL12 (Thorlabs, "ELLx modules protocol manual").
public struct ElliptecCommands: WheelCommands {
    public static let typeName = "ThorlabsELLSlider"

    /// The slider's address, `0` to `F`, which begins each message.
    let address: Character

    public init(address: Int) { self.address = String(address & 0xF, radix: 16, uppercase: true).first ?? "0" }

    public func identify(_ lines: LineProtocol) throws -> String {
        // Completes half a message that another program may have left in the slider, and clears an old error, which
        // the slider reports once and then forgets.
        _ = try? status(lines)
        return try identity(lines).serialNumber
    }

    private func identity(_ lines: LineProtocol) throws -> ElliptecIdentity {
        try ask("in", "IN", lines) { ElliptecIdentity(data: $0) }
    }

    public func facts(_ lines: LineProtocol) throws -> ElliptecIdentity {
        let identity = try identity(lines)
        guard identity.positionCount > 0 else {
            throw DeviceError(.initialise, "an Elliptec of type \(identity.type) is not a slider ELL6, ELL9 or ELL12")
        }
        guard identity.step > 0 else {
            throw DeviceError(
                .initialise,
                "an ELL\(identity.type) with a travel of \(identity.travel) cannot have \(identity.positionCount) positions"
            )
        }
        return identity
    }

    public func positionCount(_ identity: ElliptecIdentity, _: LineProtocol) -> Int { identity.positionCount }

    // MARK: Positions

    public func position(_ identity: ElliptecIdentity, _ lines: LineProtocol) throws -> Int? {
        let steps = try ask("gp", "PO", lines, parse: Self.steps)
        let position = Int((Double(steps) / Double(identity.step)).rounded())
        // Sliders stand up to three steps off (elliptec, pull request 2; orders in multiples of 32).
        let isThere = abs(steps - position * identity.step) <= min(5, identity.step / 4)
        return isThere && (0..<identity.positionCount).contains(position) ? position : nil
    }

    /// Reads a signed 32-bit number.
    private static func steps(_ data: String) -> Int? {
        guard data.count == 8, let bits = UInt32(data, radix: 16) else { return nil }
        return Int(Int32(bitPattern: bits))
    }

    public func orders(to position: Int, _ identity: ElliptecIdentity, isFirst: Bool) -> [String] {
        let digits = String(position * identity.step, radix: 16, uppercase: true)
        let move = "\(address)ma" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        // After the power was off it does not know where it is.
        return isFirst ? ["\(address)ho0", move] : [move]
    }

    public func isDone(_ order: String, line: String) throws -> Bool {
        if line.hasPrefix("\(address)PO") { return true }
        guard let status = status(in: line) else {
            // From another slider on the bus, from the handset (`BO`, `BS`), or noise.
            return false
        }
        if status == .busy || status == .ok { return false }
        throw SerialError.refused(order, answer: status.text)
    }

    public var travelLimit: Duration { .seconds(10) }

    // MARK: Exchanges

    func status(_ lines: LineProtocol) throws -> ElliptecStatus {
        try lines.ask("\(address)gs", parse: status)
    }

    private func status(in line: String) -> ElliptecStatus? {
        guard line.hasPrefix("\(address)GS") else { return nil }
        return line.dropFirst(3).description.code(radix: 16).map(ElliptecStatus.init)
    }

    /// Sends a query; a status in place of its answer is a refusal.
    func ask<Value>(
        _ message: String,
        _ reply: String,
        _ lines: LineProtocol,
        parse: (String) -> Value?
    ) throws -> Value {
        try lines.ask("\(address)\(message)") { line in
            if let status = status(in: line) {
                // Somebody moves it with the handset, or another program has just sent it somewhere.
                guard status != .busy else { return nil }
                throw SerialError.refused(message, answer: status.text)
            }
            guard line.hasPrefix("\(address)\(reply)") else { return nil }
            return parse(String(line.dropFirst(3)))
        }
    }
}

/// The answer of an Elliptec to `in`: fields of fixed width, most of them hexadecimal.
public struct ElliptecIdentity: Sendable {
    /// The type number: 9 for an ELL9.
    let type: Int
    let serialNumber: String
    let year: String
    let firmware: String
    let hardware: String
    /// The travel, in millimeters for sliders.
    let travel: Int

    /// Nil for an unreadable answer.
    init?(data: String) {
        let digits = Array(data)
        guard digits.count >= 16, digits.allSatisfy(\.isASCII), let type = Int(String(digits[0..<2]), radix: 16) else {
            return nil
        }
        self.type = type
        serialNumber = String(digits[2..<10])
        year = String(digits[10..<14])
        firmware = String(digits[14..<16])
        hardware = digits.count >= 18 ? String(digits[16..<18]) : ""
        travel = digits.count >= 22 ? Int(String(digits[18..<22]), radix: 16) ?? 0 : 0
    }

    /// The number of positions; 0 for modules that are not sliders with positions.
    var positionCount: Int {
        switch type {
        case 6: 2
        case 9: 4
        case 12: 6
        default: 0
        }
    }

    /// The distance between two positions, in the units of `ma` and `PO`; 0 if it is unknown.
    ///
    /// The travel divided by the number of gaps: an ELL9 reports a travel of 5D, which is 93, and stands at multiples of
    /// 31 (python-microscope, issue 252). Multiples of 31 are also what Micro-Manager, elliptec (for the ELL6) and
    /// others order; the Thorlabs program orders an ELL9 to multiples of 32, which an ELL6 could not reach.
    var step: Int {
        guard positionCount > 1 else { return 0 }
        let gaps = positionCount - 1
        if travel >= 10 * gaps, travel.isMultiple(of: gaps) { return travel / gaps }
        return type == 12 ? 0 : 31
    }
}

/// A status code of an Elliptec (Thorlabs, "ELLx modules protocol manual").
public struct ElliptecStatus: Sendable, Equatable {
    public let code: Int

    public init(_ code: Int) { self.code = code }

    static let ok = ElliptecStatus(0)
    static let busy = ElliptecStatus(9)

    private static let texts = [
        "OK", "communication time-out", "mechanical time-out", "command not supported", "value out of range",
        "isolated", "in isolation", "initializing", "temperature", "busy", "sensor error", "motor error",
        "out of range", "over-current",
    ]

    public var text: String {
        Self.texts.indices.contains(code) ? Self.texts[code] : "error number \(code)"
    }
}
