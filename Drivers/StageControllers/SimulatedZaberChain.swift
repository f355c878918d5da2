public import Transports

/// A simulated chain of Zaber devices: the framing of the Zaber ASCII Protocol Manual (firmware 6.06 to 7).
///
/// A command is `/`, then up to three numbers (address, axis, message ID), the words, and perhaps a checksum.
public struct SimulatedZaberChain: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public static var commandEnds: [UInt8] { [0x0A, 0x0D] }
    /// The devices by address.
    public var devices: [Int: SimulatedZaber]
    /// The words of the last command, which `l` repeats.
    private var lastWords: [String] = []

    public init(_ devices: ZaberOptions.Devices) {
        self.devices = Dictionary(
            devices.pairs.map { ($0.address, SimulatedZaber($0.kind, serialNumber: 50_000 + $0.address)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        // A command with a wrong checksum is not answered.
        guard command.hasPrefix("/"), let text = Self.checked(String(command.dropFirst())) else { return [] }
        var words = text.split(separator: " ").map(String.init)
        let address = Self.number(&words), axis = Self.number(&words)
        let id = words.first == "--" ? words.removeFirst() : Self.number(&words).map { ($0 < 10 ? "0" : "") + "\($0)" }
        if words == ["l"] { words = lastWords } else { lastWords = words }
        // Address 0, or none, addresses all devices.
        let meant = devices.keys.sorted().filter { $0 == address || (address ?? 0) == 0 }
        if words.first == "renumber" { return renumber(meant, words.dropFirst().first.flatMap { $0.code() }, id) }
        return meant.flatMap { reply(of: $0, words, axis: axis ?? 0, id, now) }
    }

    /// Takes a number from the front, as far as there is one.
    private static func number(_ words: inout [String]) -> Int? {
        guard let number = words.first?.code() else { return nil }
        words.removeFirst()
        return number
    }

    private mutating func reply(
        of address: Int,
        _ words: [String],
        axis: Int,
        _ id: String?,
        _ now: ContinuousClock.Instant
    ) -> [SimulatedOutput] {
        guard var device = devices[address] else { return [] }
        let reply = device.reply(words, axis: axis, at: now)
        devices[address] = device
        let head = "@\(Self.name(address)) \(axis) \(id.map { $0 + " " } ?? "")"
        let alerts = device.alerts(now).map { end, axis in
            SimulatedOutput(framed("!\(Self.name(address)) \(axis) IDLE --", device), after: end - now)
        }
        return [SimulatedOutput(framed(head + reply, device))] + alerts
    }

    private static func name(_ address: Int) -> String { (address < 10 ? "0" : "") + "\(address)" }

    private func framed(_ line: String, _ device: SimulatedZaber) -> String {
        let body = line.dropFirst()
        return device.sendsChecksums ? "\(line):\(Self.checksum(of: body.utf8))\r\n" : "\(line)\r\n"
    }

    /// Gives one device an address, or all of them the numbers in their order.
    private mutating func renumber(_ meant: [Int], _ first: Int?, _ id: String?) -> [SimulatedOutput] {
        let moved = meant.compactMap { devices.removeValue(forKey: $0) }
        let start = first ?? 1
        return moved.enumerated().map { offset, device in
            devices[start + offset] = device
            return SimulatedOutput("@\(Self.name(start + offset)) 0 \(id.map { $0 + " " } ?? "")OK IDLE -- 0\r\n")
        }
    }

    // MARK: Checksums

    /// The text in front of a checksum; nil if that is wrong.
    private static func checked(_ text: String) -> String? {
        guard let colon = text.lastIndex(of: ":") else { return text }
        let body = text[..<colon]
        return text[text.index(after: colon)...].uppercased() == checksum(of: body.utf8) ? String(body) : nil
    }

    /// The two's complement of the sum of the bytes between the first one and the colon, in two digits.
    private static func checksum(of bytes: some Sequence<UInt8>) -> String {
        let sum = bytes.reduce(UInt8(0)) { $0 &+ $1 }
        let text = String(0 &- sum, radix: 16, uppercase: true)
        return (text.count < 2 ? "0" : "") + text
    }
}
