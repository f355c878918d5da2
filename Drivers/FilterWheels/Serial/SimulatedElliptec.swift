public import Transports

/// A simulated Thorlabs Elliptec slider, alone on its bus.
public struct SimulatedElliptec: SimulatedInstrument {
    private let address: String
    /// The type number: 6, 9 or 12.
    public var type: Int
    /// In the steps that it reports; 15 between its first two positions.
    public var place = 0
    /// Whether it has homed since power-up.
    public var isHomed = false
    /// The last error, reported once.
    public var status = 0
    public var travelTime = Duration.milliseconds(300)
    /// Whether it is blocked and notices.
    public var isJammed = false
    /// Whether it reports that it is busy while it moves.
    public var tellsBusy = false
    private var pending = ""

    public init(address: Int = 0, type: Int = 9) {
        self.address = String(address & 0xF, radix: 16, uppercase: true)
        self.type = type
    }

    private var positionCount: Int { type == 6 ? 2 : type == 9 ? 4 : 6 }

    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes where byte != 0x0D && byte != 0x0A {
            pending.unicodeScalars.append(Unicode.Scalar(byte))
            // A message begins with an address.
            if !pending.hasPrefix(address) { pending = "" }
            guard pending.count >= 3, pending.count == length else { continue }
            outputs += answer(String(pending.dropFirst()))
            pending = ""
        }
        return outputs
    }

    /// The length of the message that has begun.
    private var length: Int {
        switch pending.dropFirst().prefix(2) {
        case "ma", "mr", "sj": 11
        case "ho", "ca": 4
        case "sv": 5
        default: 3
        }
    }

    private mutating func answer(_ message: String) -> [SimulatedOutput] {
        switch message.prefix(2) {
        case "in": return [reply("IN" + identity)]
        case "gs":
            defer { status = 0 }
            return [reply("GS" + hex(status, 2))]
        case "gp": return [reply("PO" + hex(place, 8))]
        case "gj": return [reply("GJ" + hex(31, 8))]
        case "gv": return [reply("GV64")]
        case "ho":
            isHomed = true
            return go(to: 0)
        case "ma": return move(message)
        default: return [reply("GS03")]
        }
    }

    private var identity: String { hex(type, 2) + "10900123" + "2019" + "17" + "01" + "001F" + "00000000" }

    private mutating func move(_ message: String) -> [SimulatedOutput] {
        guard let steps = message.dropFirst(2).description.code(radix: 16), steps <= positionCount * 32 - 1 else {
            status = 4
            return [reply("GS04")]
        }
        return go(to: isHomed ? (steps + 1) / 32 * 31 : 15)
    }

    private mutating func go(to place: Int) -> [SimulatedOutput] {
        guard !isJammed else {
            status = 2
            return [reply("GS02", after: travelTime)]
        }
        self.place = place
        return (tellsBusy ? [reply("GS09")] : []) + [reply("PO" + hex(place, 8), after: travelTime)]
    }

    private func reply(_ text: String, after delay: Duration = .zero) -> SimulatedOutput {
        SimulatedOutput("\(address)\(text)\r\n", after: delay)
    }

    private func hex(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
