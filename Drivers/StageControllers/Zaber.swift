public import Devices
internal import Platform
public import Transports

/// The options of a chain of Zaber devices.
public struct ZaberOptions: SerialLineOptions {
    /// The port of the first device.
    public var port: PortName
    /// The kind of each device, by its address, 1 to 99.
    public var devices: Devices

    /// Whether lamps that are on when the server starts stay on; by default they are switched off.
    public var leaveAsIs: Bool?

    private enum CodingKeys: String, CodingKey {
        case port
        // The name in python-microscope.
        case devices = "address2type"
        case leaveAsIs = "leave_as_is"
    }

    public init(port: PortName, devices: Devices, leaveAsIs: Bool? = nil) {
        (self.port, self.devices, self.leaveAsIs) = (port, devices, leaveAsIs)
    }

    /// The kind of a device, which the device itself does not report.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case stage
        case filterWheel = "filter_wheel"
        case ledController = "led_controller"
    }

    public struct Devices: Decodable, Sendable {
        public let pairs: [(address: Int, kind: Kind)]

        /// Nil without devices, or with an address out of range.
        public init?(_ pairs: [(address: Int, kind: Kind)]) {
            guard !pairs.isEmpty, pairs.allSatisfy({ (1...99).contains($0.address) }) else { return nil }
            self.pairs = pairs
        }

        public init(from decoder: any Decoder) throws {
            let named = try NamedOptions<Kind>(from: decoder).pairs
            let pairs = named.compactMap { name, kind in Int(name).map { (address: $0, kind: kind) } }
            guard pairs.count == named.count, let devices = Devices(pairs) else {
                throw decoder.invalid("each device must have an address from 1 to 99")
            }
            self = devices
        }
    }
}

enum ZaberDaisyChain {
    static func open(
        _ connector: SerialConnector,
        _ options: ZaberOptions,
        _ format: LineFormat = ZaberDevice.format
    ) throws -> SerialController {
        let ids = ZaberMessageIDs()
        let members = options.devices.pairs.map { (device: ZaberDevice(address: $0.address, ids: ids), kind: $0.kind) }
        let leavesLight = options.leaveAsIs ?? false
        let line = try connector.line(format) { lines, isFirst in
            if !leavesLight || !isFirst {
                try members.filter { $0.kind == .ledController }.attemptEach { try $0.device.ensureOff(lines) }
            }
            return try members.map { try $0.device.text("system.serial", lines) }.joined(separator: " ")
        }
        do {
            let devices: [(name: String, device: any Device)] = try members.map { device, kind in
                let opened: any Device =
                    switch kind {
                    case .stage: try device.stage(on: line)
                    case .filterWheel: try device.filterWheel(on: line)
                    case .ledController: try device.ledController(on: line)
                    }
                return ("\(device.address)", opened)
            }
            return SerialController("ZaberDaisyChain", devices, on: line)
        } catch {
            line.close()
            throw error
        }
    }
}

extension Driver where Configuration == ZaberOptions {
    public static var zaberDaisyChain: Self {
        Driver(
            serial: "zaber-daisy-chain",
            "Zaber stages, filter wheels and lamps in a chain",
            port: ZaberDevice.port,
            // A chain is numbered from 1 (Zaber ASCII Protocol Manual, `renumber`).
            ask: SerialPort.question(ZaberDevice.port, ZaberDevice.format) {
                try ZaberDevice(address: 1, ids: ZaberMessageIDs()).text("system.serial", $0)
            },
            simulated: { SimulatedZaberChain($0.devices) },
            open: { try ZaberDaisyChain.open($0, $1) }
        )
        .drafted("address2type: { 1: stage }")
        .proven(
            Proof(
                sources: "Zaber's manual, firmware 6.06 or newer",
                witnesses: [
                    .pythonMicroscope("stage, wheel, lamp", tests: "test_zaber"),
                    Witness(
                        "zaber-motion 10.3.0",
                        "stage, wheel, lamps, lockstep, warnings, errors, the maker's own",
                        tests: "test_zaber_with_zaber_motion",
                        "test_zaber_lockstep_with_zaber_motion",
                        "test_zaber_errors_with_zaber_motion"
                    ),
                    Witness(
                        "zaber.serial 0.9.1",
                        "moves, status, the maker's own",
                        tests: "test_zaber_with_zaber_serial"
                    ),
                ],
                untested: ["models by name, such as X-FWR, X-FCR and X-LCA: the simulated ones are of no model"]
            )
        )
    }
}

/// A device of a chain, and the exchange of commands with it.
struct ZaberDevice: Sendable {
    /// 1 to 99.
    let address: Int
    let ids: ZaberMessageIDs

    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    /// Sends a command to an axis; 0 means all axes.
    ///
    /// Each command has a message ID, which its reply repeats, so that a late reply to another command is never taken
    /// for the reply to this one. The command is sent again if its reply is lost.
    func ask<Value>(
        _ words: String,
        axis: Int = 0,
        _ lines: LineProtocol,
        parse: (ZaberReply) throws -> Value?
    ) throws -> Value {
        let number = (address < 10 ? "0" : "") + "\(address)"
        let id = ids.next()
        let command = "/\(number) \(axis) \(id < 10 ? "0" : "")\(id)\(words.isEmpty ? "" : " ")\(words)"
        return try lines.ask(command) { line in
            guard let reply = ZaberReply(line), reply.address == address, reply.axis == axis, reply.id == id else {
                return nil
            }
            guard reply.isAccepted else { throw SerialError.refused(command, answer: reply.reason) }
            return try parse(reply)
        }
    }

    func tell(_ words: String, axis: Int = 0, _ lines: LineProtocol) throws {
        try ask(words, axis: axis, lines) { _ in () }
    }

    func text(_ setting: String, axis: Int = 0, _ lines: LineProtocol) throws -> String {
        try ask("get \(setting)", axis: axis, lines) { $0.data.isEmpty ? nil : $0.data }
    }

    func number(_ setting: String, axis: Int = 0, _ lines: LineProtocol) throws -> Double {
        try ask("get \(setting)", axis: axis, lines) { $0.data.number }
    }

    func isBusy(axis: Int = 0, _ lines: LineProtocol) throws -> Bool { try ask("", axis: axis, lines) { $0.isBusy } }

    func warning(axis: Int = 0, _ lines: LineProtocol) throws -> String? {
        try ask("", axis: axis, lines) { .some($0.warningText) }
    }

    /// At most nine: the axis number has one digit.
    func axisCount(_ lines: LineProtocol) throws -> Int {
        try ask("get system.axiscount", lines) { $0.data.code().flatMap { (1...9).contains($0) ? $0 : nil } }
    }

    func isHomed(axis: Int = 0, _ lines: LineProtocol) throws -> Bool {
        try ask("get limit.home.triggered", axis: axis, lines) { reply in
            let flags = reply.data.split(separator: " ").map { String($0).flag }
            return flags.isEmpty || flags.contains(nil) ? nil : flags.allSatisfy { $0 == true }
        }
    }

    /// The fixed properties, as settings.
    func facts(_ lines: LineProtocol) throws -> [Setting] {
        try [("serial number", "system.serial"), ("device number", "device.id"), ("firmware", "version")].map {
            Setting($0, fixed: try text($1, lines))
        }
    }
}

/// The message IDs of a chain, in their order.
final class ZaberMessageIDs: Sendable {
    private let last = Lock(-1)

    /// The next ID, 0 to 255.
    func next() -> Int {
        last.withLock { last in
            last = (last + 1) % 256
            return last
        }
    }
}

/// A reply of a Zaber device: `@01 0 07 OK IDLE -- 0`, perhaps with a checksum (`:5F`) at its end.
struct ZaberReply: Sendable {
    let address: Int
    let axis: Int
    /// The message ID of the command; nil if it had none.
    let id: Int?
    let isAccepted: Bool
    let isBusy: Bool
    /// The warning flag; `--` for none.
    let warning: String
    /// The data, or the reason of a rejection.
    let data: String

    /// Nil for other lines, such as alerts, and for replies with a wrong checksum.
    init?(_ line: String) {
        guard line.first == "@", let text = Self.checked(String(line.dropFirst())) else { return nil }
        var fields = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 6 else { return nil }
        if ["OK", "RJ"].contains(fields[2]) {
            id = nil
        } else {
            guard let number = fields.remove(at: 2).code() else { return nil }
            id = number
        }
        guard fields.count >= 6, let address = Int(fields[0]), let axis = fields[1].code(),
            ["OK", "RJ"].contains(fields[2]), ["IDLE", "BUSY"].contains(fields[3]), fields[4].count == 2
        else { return nil }
        (self.address, self.axis, warning) = (address, axis, fields[4])
        data = fields[5...].joined(separator: " ")
        (isAccepted, isBusy) = (fields[2] == "OK", fields[3] == "BUSY")
    }

    /// The text in front of a checksum, if there is one; nil if it is wrong.
    private static func checked(_ text: String) -> String? {
        let end = Array(text.suffix(3))
        guard end.count == 3, end[0] == ":", let sum = UInt8(String(end[1...]), radix: 16) else { return text }
        let body = text.dropLast(3)
        return body.utf8.reduce(sum) { $0 &+ $1 } == 0 ? String(body) : nil
    }

    /// The reason of a rejection, with what it means where the word does not say so.
    var reason: String {
        switch data {
        case "LOCKSTEP": "LOCKSTEP (another program has coupled it with another axis)"
        case "PARKED": "PARKED (another program has parked it)"
        case "DRIVERDISABLED": "DRIVERDISABLED (another program or an emergency stop has disabled the motor)"
        case "STATUSBUSY": "STATUSBUSY (the device is moving)"
        default: data
        }
    }

    /// The meaning of the warning flag; nil for none (Zaber ASCII Protocol Manual, "Warning Flags").
    var warningText: String? {
        warning == "--" ? nil : Self.warnings[warning].map { "\($0) (\(warning))" } ?? "warning \(warning)"
    }

    private static let warnings = [
        "FF": "critical system error", "FN": "this peripheral is not supported", "FZ": "the peripheral is inactive",
        "FH": "hardware emergency stop", "FV": "the driver is disabled: voltage out of range",
        "FO": "the driver is disabled", "FC": "current inrush error", "FM": "motor temperature error",
        "FD": "the driver is disabled", "FQ": "encoder error", "FI": "index error", "FA": "analog encoder error",
        "FR": "overdrive limit exceeded", "FS": "stalled and stopped", "FB": "stream bounds error",
        "FP": "deviation from an interpolated path", "FE": "limit error", "FT": "excessive twist",
        "WL": "an unexpected limit", "WV": "voltage out of range", "WT": "too hot", "WS": "stalled and recovered",
        "WM": "displaced while it stood", "WP": "invalid calibration", "WR": "not homed", "WH": "not homed",
        "NC": "under manual control", "NI": "the movement was interrupted", "ND": "stream discontinuity",
        "NR": "a value was rounded", "NT": "a value was truncated", "NU": "a setting update is pending",
        "NJ": "the joystick is calibrating", "NB": "in firmware update mode",
    ]
}
