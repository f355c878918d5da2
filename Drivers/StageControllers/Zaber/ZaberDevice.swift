internal import Devices
internal import Transports

/// One device of a chain, by its address, and how to talk to it.
struct ZaberDevice: Sendable {
    /// 1 to 99.
    let address: Int

    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    /// Says something to an axis, 0 for all of them.
    ///
    /// A reply that got lost is asked for again.
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

    /// At most nine, as the axis is one digit.
    func axisCount(_ lines: LineProtocol) throws -> Int {
        try ask("get system.axiscount", lines) { $0.data.code().flatMap { (1...9).contains($0) ? $0 : nil } }
    }

    func isHomed(axis: Int = 0, _ lines: LineProtocol) throws -> Bool {
        try ask("get limit.home.triggered", axis: axis, lines) { reply in
            let flags = reply.data.split(separator: " ").map { String($0).flag }
            return flags.isEmpty || flags.contains(nil) ? nil : flags.allSatisfy { $0 == true }
        }
    }

    /// What does not change, as settings.
    func facts(_ lines: LineProtocol) throws -> [Setting] {
        try [("serial number", "system.serial"), ("device number", "device.id"), ("firmware", "version")].map {
            Setting($0, fixed: try text($1, lines))
        }
    }
}
