internal import Devices
public import Transports

/// The messages of Thorlabs' Elliptec sliders ELL6, ELL9 and ELL12; the positions are steps that they count in.
public struct ElliptecCommands: WheelCommands {
    public static let typeName = "ThorlabsELLSlider"

    /// What comes in front of each message: the address of the slider on its bus, `0` to `F`.
    let address: Character

    public init(address: Int) { self.address = String(address & 0xF, radix: 16, uppercase: true).first ?? "0" }

    public func identify(_ lines: LineProtocol) throws -> String {
        let identity = try identity(lines)
        // What went wrong before is told once, and then forgotten.
        _ = try? status(lines)
        return identity.serialNumber
    }

    func identity(_ lines: LineProtocol) throws -> ElliptecIdentity {
        try ask("in", "IN", lines) { ElliptecIdentity(data: $0) }
    }

    public func positionCount(_ lines: LineProtocol) throws -> Int {
        let identity = try identity(lines)
        guard let count = identity.positionCount else {
            throw DeviceError(.initialise, "an Elliptec of type \(identity.type) is no slider ELL6, ELL9 or ELL12")
        }
        return count
    }

    // MARK: Positions

    /// What the slider is told for the distance between two positions, and what it then reports.
    private static let (toldStep, reportedStep) = (32, 31)

    public func position(_ lines: LineProtocol) throws -> Int {
        let steps = try ask("gp", "PO", lines, parse: Self.steps)
        let position = (steps + 1) / Self.reportedStep
        guard abs(steps - position * Self.reportedStep) <= 1, position >= 0 else {
            throw DeviceError(.failed, "the slider is between its positions, at \(steps); a move brings it to one")
        }
        return position
    }

    /// A signed number of 32 bits.
    private static func steps(_ data: String) -> Int? {
        guard data.count == 8, let bits = UInt32(data, radix: 16) else { return nil }
        return Int(Int32(bitPattern: bits))
    }

    public func orders(to position: Int, isFirst: Bool) -> [String] {
        let digits = String(position * Self.toldStep, radix: 16, uppercase: true)
        let move = "\(address)ma" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        // After the power was off it does not know where it is.
        return isFirst ? ["\(address)ho0", move] : [move]
    }

    public func isDone(_ order: String, line: String) throws -> Bool {
        if line.hasPrefix("\(address)PO") { return true }
        guard line.hasPrefix("\(address)GS"), let code = line.dropFirst(3).description.code(radix: 16) else {
            // Another slider on the bus, or noise.
            return false
        }
        let status = ElliptecStatus(code)
        if status == .busy || status == .ok { return false }
        throw SerialError.refused(order, answer: status.text)
    }

    public var travelLimit: Duration { .seconds(10) }

    // MARK: Exchanges

    func status(_ lines: LineProtocol) throws -> ElliptecStatus {
        try lines.ask("\(address)gs") { line in
            guard line.hasPrefix("\(address)GS") else { return nil }
            return line.dropFirst(3).description.code(radix: 16).map(ElliptecStatus.init)
        }
    }

    /// Asks, and takes a status in place of the answer for a refusal.
    func ask<Value>(
        _ message: String,
        _ reply: String,
        _ lines: LineProtocol,
        parse: (String) -> Value?
    ) throws -> Value {
        try lines.ask("\(address)\(message)") { line in
            if line.hasPrefix("\(address)GS"), let code = line.dropFirst(3).description.code(radix: 16) {
                throw SerialError.refused(message, answer: ElliptecStatus(code).text)
            }
            guard line.hasPrefix("\(address)\(reply)") else { return nil }
            return parse(String(line.dropFirst(3)))
        }
    }
}
