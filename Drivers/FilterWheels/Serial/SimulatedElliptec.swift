public import Transports

/// A simulated Thorlabs Elliptec slider, alone on its bus (Thorlabs, "ELLx modules protocol manual").
public struct SimulatedElliptec: SimulatedInstrument {
    private var address: String
    /// The type number: 6, 9 or 12.
    public let type: Int
    /// The travel that it reports; 93 is of a real ELL9, 31 and 95 follow from the makers' drawings.
    public var travel: Int
    /// The position that it reports; 15 is between its first two slots.
    public var place = 0
    /// Whether it has homed since power-up: It moves without that, too (Micro-Manager).
    public var isHomed = false
    /// The last error, reported once.
    public var status = 0
    /// The speed in percent.
    public var velocity = 100
    /// Whether another program has isolated it from its bus.
    public var isIsolated = false
    public var travelTime = Duration.milliseconds(300)
    /// Whether it is blocked and notices.
    public var isJammed = false
    /// Whether it reports that it is busy as soon as it moves.
    public var tellsBusy = false
    /// What of a message has come.
    private var pending = ""
    private var jogStep: Int
    private var homeOffset = 0
    private var busyUntil: ContinuousClock.Instant?
    private var periods = ["f1": "00A7", "b1": "0093", "f2": "00A7", "b2": "0093"]

    public init(address: Int = 0, type: Int = 9) {
        self.address = String(address & 0xF, radix: 16, uppercase: true)
        self.type = type
        travel = [6: 31, 9: 93, 12: 95][type] ?? 60
        jogStep = type == 12 ? 19 : 31
    }

    private var slotCount: Int { type == 6 ? 2 : type == 9 ? 4 : 6 }
    private var step: Int { type == 12 ? 19 : 31 }
    /// The slot that it stands in, or the nearest.
    public var slot: Int { (place + step / 2) / step }

    // MARK: Messages

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes where byte != 0x0D && byte != 0x0A {
            pending.unicodeScalars.append(Unicode.Scalar(byte))
            // A message begins with an address.
            if !pending.hasPrefix(address) { pending = "" }
            guard pending.count >= 3, pending.count == 3 + dataLength else { continue }
            outputs += answer(String(pending.dropFirst(1).prefix(2)), String(pending.dropFirst(3)), now)
            pending = ""
        }
        return outputs
    }

    /// The number of digits after the command of the message that has begun.
    private var dataLength: Int {
        switch pending.dropFirst().prefix(2) {
        case "ma", "mr", "sj", "so": 8
        case "f1", "b1", "f2", "b2": 4
        case "sv", "is": 2
        case "ho", "ca", "ga": 1
        default: 0
        }
    }

    private mutating func answer(_ command: String, _ data: String, _ now: ContinuousClock.Instant) -> [SimulatedOutput]
    {
        if isIsolated, command != "is" { return [reply("GS05")] }
        if let busyUntil, now < busyUntil, !["gs", "st"].contains(command) { return [reply("GS09")] }
        let value = Self.signed(data)
        switch command {
        case "in": return [reply("IN" + identity)]
        case "gs":
            if let busyUntil, now < busyUntil { return [reply("GS09")] }
            defer { status = 0 }
            return [reply("GS" + Self.hex(status, 2))]
        case "gp": return [reply("PO" + Self.hex(place, 8))]
        case "gj": return [reply("GJ" + Self.hex(jogStep, 8))]
        case "go": return [reply("HO" + Self.hex(homeOffset, 8))]
        case "gv": return [reply("GV" + Self.hex(velocity, 2))]
        case "i1": return [reply("I1" + motor("1"))]
        case "i2" where type != 6: return [reply("I2" + motor("2"))]
        case "ho" where data == "0" || data == "1":
            isHomed = true
            return go(to: 0, now)
        case "ma": return move(to: value, now)
        case "mr": return move(to: value.map { place + $0 }, now)
        case "fw": return go(to: min(slot + 1, slotCount - 1) * step, now)
        case "bw": return go(to: max(slot - 1, 0) * step, now)
        case "st":
            busyUntil = nil
            return [reply("GS00")]
        case "om", "cm", "s1", "s2": return [reply("GS09"), reply("GS00", after: travelTime)]
        default: return set(command, data, value)
        }
    }

    private mutating func set(_ command: String, _ data: String, _ value: Int?) -> [SimulatedOutput] {
        guard ["sj", "so", "sv", "is", "ca", "ga", "us", "sk"].contains(command) || periods[command] != nil else {
            return error(3)
        }
        guard let value = command == "us" || command == "sk" ? 0 : value else { return error(4) }
        switch command {
        case "sj": jogStep = value
        case "so": homeOffset = value
        case "sv" where value <= 100: velocity = value
        case "sv": return error(4)
        case "is": isIsolated = value > 0
        case "ca", "ga": address = data.uppercased()
        case "us", "sk": break
        default: periods[command] = data
        }
        return [reply("GS00")]
    }

    private var identity: String {
        Self.hex(type, 2) + "10900123" + "2019" + "17" + "01" + Self.hex(travel, 4) + "00000000"
    }

    /// Loop and motor on, no current, no ramps, and the periods.
    private func motor(_ number: String) -> String {
        "110000FFFFFFFF" + (periods["f\(number)"] ?? "") + (periods["b\(number)"] ?? "")
    }

    // MARK: Moves

    /// An ELL9 accepts multiples of 32 as well, which is what the Thorlabs program sends; an ELL6 has no travel for that.
    private mutating func move(to place: Int?, _ now: ContinuousClock.Instant) -> [SimulatedOutput] {
        guard let place, 0...(type == 9 ? 96 : travel) ~= place else { return error(4) }
        return go(to: min((place + step / 2) / step, slotCount - 1) * step, now)
    }

    private mutating func go(to place: Int, _ now: ContinuousClock.Instant) -> [SimulatedOutput] {
        guard !isJammed else {
            status = 2
            return [reply("GS02", after: travelTime)]
        }
        self.place = place
        let time = travelTime * 100 / max(velocity, 1)
        busyUntil = now + time
        return (tellsBusy ? [reply("GS09")] : []) + [reply("PO" + Self.hex(place, 8), after: time)]
    }

    // MARK: Replies

    private mutating func error(_ code: Int) -> [SimulatedOutput] {
        status = code
        return [reply("GS" + Self.hex(code, 2))]
    }

    private func reply(_ text: String, after delay: Duration = .zero) -> SimulatedOutput {
        SimulatedOutput("\(address)\(text)\r\n", after: delay)
    }

    private static func hex(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func signed(_ data: String) -> Int? {
        guard let bits = UInt32(data, radix: 16) else { return nil }
        return data.count == 8 ? Int(Int32(bitPattern: bits)) : Int(bits)
    }
}
