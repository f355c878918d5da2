public import Devices
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
    public enum Kind: String, Decodable, Sendable, CaseIterable {
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
        let members = options.devices.pairs.map { (device: ZaberDevice(address: $0.address), kind: $0.kind) }
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
            simulated: { SimulatedZaberChain($0.devices) },
            open: { try ZaberDaisyChain.open($0, $1) }
        )
    }
}

/// A device of a chain, and the exchange of commands with it.
struct ZaberDevice: Sendable {
    /// 1 to 99.
    let address: Int

    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    /// Sends a command to an axis; 0 means all axes.
    ///
    /// The command is sent again if its reply is lost.
    func ask<Value>(
        _ words: String,
        axis: Int = 0,
        _ lines: LineProtocol,
        parse: (ZaberReply) throws -> Value?
    ) throws -> Value {
        let number = (address < 10 ? "0" : "") + "\(address)"
        let command = "/\(number) \(axis) \(words)"
        return try lines.ask(command) { line in
            guard let reply = ZaberReply(line), reply.address == address, reply.axis == axis else { return nil }
            guard reply.isAccepted else { throw SerialError.refused(command, answer: reply.data) }
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

/// A reply of a Zaber device: `@01 0 OK IDLE -- 0`.
struct ZaberReply: Sendable {
    let address: Int
    let axis: Int
    let isAccepted: Bool
    let isBusy: Bool
    /// The warning flag; `--` for none.
    let warning: String
    /// The data, or the reason of a rejection.
    let data: String

    /// Nil for other lines, such as alerts.
    init?(_ line: String) {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, fields[0].first == "@", let address = Int(fields[0].dropFirst()),
            let axis = fields[1].code(), ["OK", "RJ"].contains(fields[2]), ["IDLE", "BUSY"].contains(fields[3]),
            fields[4].count == 2
        else { return nil }
        (self.address, self.axis, warning, data) = (address, axis, fields[4], fields[5])
        (isAccepted, isBusy) = (fields[2] == "OK", fields[3] == "BUSY")
    }

    /// The meaning of the warning flag; nil for none (Zaber ASCII Protocol Manual, "Warning Flags").
    var warningText: String? {
        switch warning {
        case "--": nil
        case "FD": "the driver is disabled (FD)"
        case "FQ": "encoder error (FQ)"
        case "FS": "stalled and stopped (FS)"
        case "FE": "limit error (FE)"
        case "WH": "not homed (WH)"
        case "WR": "not homed (WR)"
        case "WL": "an unexpected limit (WL)"
        case "WV": "voltage out of range (WV)"
        case "WT": "too hot (WT)"
        case "WM": "displaced while it stood (WM)"
        case "NC": "under manual control (NC)"
        case "NI": "the movement was interrupted (NI)"
        default: "warning \(warning)"
        }
    }
}
