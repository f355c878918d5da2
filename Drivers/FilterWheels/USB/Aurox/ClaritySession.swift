public import Devices
internal import Threads
internal import Transports

/// The talk with an Aurox Clarity, a laser-free confocal unit with a wheel of filter cubes and a spinning disk.
final class ClaritySession: WheelSession {
    static let make = WheelMake(
        word: "aurox-clarity",
        name: "Aurox Clarity",
        typeName: "Clarity",
        kinds: [USBKind(0x1f0a, 0x0088)],
        pace: WheelPace(interval: .milliseconds(20)),
        moveLimit: .seconds(3),
        startLimit: .seconds(10),
        settleTime: .milliseconds(600)
    )

    private let hid: HIDConnection
    let positionCount: Int? = 4
    private(set) var serial: String?

    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws {
        hid = try HIDConnection(connection)
        let bytes = try ask(.serial, length: 4)
        // Two digits a byte, the last two first.
        serial = Hexadecimal.text(bytes.reversed()).filter { $0 != " " }
        if try ask(.getOnOff) != ClarityCode.running { try set(.setOnOff, to: ClarityCode.running) }
        // Whoever had it before may have left the lamp on.
        try set(.setCalibration, to: ClarityCode.calibrationOff)
    }

    func end() throws { try set(.setCalibration, to: ClarityCode.calibrationOff) }

    func state() throws -> WheelState {
        switch try steady(.getFilter) {
        case ClarityCode.asleep: .failed("it is asleep")
        case ClarityCode.error: .failed("the filter wheel reports an error")
        case let slot? where (1...4).contains(slot): .standing(at: Int(slot) - 1)
        case _: .moving
        }
    }

    func startMove(to position: Int) throws { try set(.setFilter, to: UInt8(clamping: position + 1)) }

    /// The value of something that moves, once it has said the same three times; nil while it moves.
    ///
    /// On its way it stops for moments and then says that it does not move.
    func steady(_ command: ClarityCommand) throws -> UInt8? {
        let first = try ask(command)
        for _ in 0..<2 {
            guard first != ClarityCode.moving else { return nil }
            Pause.wait(for: .milliseconds(10))
            guard try ask(command) == first else { return nil }
        }
        return first == ClarityCode.moving ? nil : first
    }

    func ask(_ command: ClarityCommand) throws -> UInt8 { try ask(command, length: 1)[0] }

    func set(_ command: ClarityCommand, to value: UInt8) throws {
        let answer = try exchange(command, value)
        guard answer.first != ClarityCode.asleep || value == ClarityCode.asleep else {
            throw DeviceError(.incompatibleState, "\(hid.connection.device) is asleep")
        }
    }

    /// - Returns: as many bytes as asked for, which follow the command in the answer.
    func ask(_ command: ClarityCommand, length: Int) throws -> [UInt8] {
        let answer = try exchange(command)
        guard answer.count >= length else { throw AnswerError(command.name, answer, of: hid.connection) }
        return Array(answer.prefix(length))
    }

    private func exchange(_ command: ClarityCommand, _ parameter: UInt8 = 0) throws -> [UInt8] {
        try hid.write([command.rawValue, parameter])
        var answer: [UInt8] = []
        // What is left of earlier talks comes first.
        for _ in 0..<8 {
            answer = try hid.read(within: .milliseconds(500))
            if answer.first == command.rawValue { return Array(answer.dropFirst()) }
            if answer.first == ClarityCode.unknownCommand { break }
        }
        throw AnswerError(command.name, answer, of: hid.connection)
    }
}

extension Driver where Configuration == WheelConfiguration {
    public static var auroxClarity: Self {
        .filterWheel(ClaritySession.self, "an Aurox Clarity: filter cubes, sectioning disk, calibration lamp") {
            SimulatedWheel.clarity(.init($0, positions: 4))
        }
    }
}
