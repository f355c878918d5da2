public import Devices
internal import Transports

/// A session with a Finger Lakes Instrumentation color filter wheel: sixteen-bit words on two bulk endpoints.
///
/// The position is unknown until the wheel has homed. Opening it homes it, unless it has homed since power-up and
/// reports its slot.
final class FingerLakesSession: WheelSession {
    static let make = WheelMake(
        word: "finger-lakes-cfw",
        name: "Finger Lakes filter wheel",
        typeName: "FingerLakesFilterWheel",
        kinds: [USBKind(0x0f18, 0x0007)],
        pace: WheelPace(interval: .milliseconds(100)),
        moveLimit: .seconds(30),
        // A large wheel on an old board takes this long to home.
        startLimit: .seconds(200),
        settleTime: .seconds(1)
    )

    private let wire: FingerLakesWire
    private let board: FingerLakesBoard
    private let firmware: UInt8
    let positionCount: Int?
    let serial: String? = nil
    /// The current slot, or the target of a move; nil while it is unknown.
    private var slot: Int?
    private var homing = Homing.over

    /// The stage of the search for home.
    private enum Homing {
        /// Waiting for the answer that the board sends when it is home.
        case awaitsAnswer
        /// The board reports that it is homing.
        case isSearching
        /// Turning from home to the first slot.
        case aligns
        case over
    }

    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws {
        wire = try FingerLakesWire(connection)
        _ = try wire.ask(.echo)
        firmware = try wire.ask(.firmware)
        let hardware = try wire.ask(.hardware)
        guard let board = FingerLakesBoard(hardware: hardware) else {
            throw DeviceError(
                .unsupported,
                "\(connection.device) has hardware type \(hardware), which is not a known filter wheel"
            )
        }
        self.board = board
        // libfli's longer requests; whether such a board understands shorter ones, no source says.
        wire.sendsLongRequests = board == .newer && firmware >= Self.firstLongForm
        switch board {
        case .stepping(let steps, _): positionCount = steps.count
        case .newer: positionCount = Int(try wire.ask(.slotCount))
        }
        if try !knowsSlot() { try home() }
    }

    /// The firmware that brought the longer requests and the report of the slot (libfli).
    private static let firstLongForm: UInt8 = 0x43

    private var tellsSlot: Bool { wire.sendsLongRequests }

    private func knowsSlot() throws -> Bool {
        guard tellsSlot, try wire.ask(.status) & FingerLakesStatus.isHomed != 0 else { return false }
        slot = try readSlot()
        return slot != nil
    }

    private func readSlot() throws -> Int? {
        let answer = try wire.exchange(.position, length: 12)
        guard answer.count >= 10, answer[9] < 0xff else { return nil }
        return Int(answer[9])
    }

    private func home() throws {
        slot = nil
        if board == .newer {
            _ = try wire.ask(.home)
            homing = .isSearching
        } else {
            try wire.send(.home)
            homing = .awaitsAnswer
        }
    }

    func state() throws -> WheelState {
        guard try !isHoming() else { return .starting }
        guard try wire.exchange(.stepsLeft).isNothingLeft else { return slot == nil ? .starting : .moving }
        if tellsSlot { slot = try readSlot() }
        guard let slot else { return .failed("it reports no slot") }
        return .standing(at: slot)
    }

    private func isHoming() throws -> Bool {
        switch homing {
        case .over: return false
        case .awaitsAnswer:
            guard try wire.hasAnswered(.home) else { return true }
            if case .stepping(_, let offset) = board, offset > 0 { _ = try wire.exchange(.step(offset)) }
            homing = .aligns
            return true
        case .aligns:
            guard try wire.exchange(.stepsLeft).isNothingLeft else { return true }
        case .isSearching:
            guard try wire.ask(.status) & FingerLakesStatus.isHoming == 0 else { return true }
        }
        (homing, slot) = (.over, 0)
        return false
    }

    func startMove(to position: Int) throws {
        guard case .over = homing else {
            throw DeviceError(.incompatibleState, "\(wire.connection.device) is homing")
        }
        switch board {
        case .newer: _ = try wire.exchange(.go(toSlot: UInt8(clamping: position)))
        case .stepping(let steps, _):
            guard let slot else { return try home() }
            // libfli turns one way only. It adds the steps of the first gaps of its table whatever slot it starts from,
            // which is off by a step where gaps differ; here the gaps are those that are passed.
            let passed = (0..<(position - slot + steps.count) % steps.count).map { steps[(slot + $0) % steps.count] }
            let sum = passed.reduce(0, +)
            if sum > 0 { _ = try wire.exchange(.step(sum)) }
        }
        slot = position
    }
}

extension Driver where Configuration == WheelConfiguration {
    public static var fingerLakesCFW: Self {
        .filterWheel(FingerLakesSession.self, "a Finger Lakes Instrumentation color filter wheel on USB") {
            SimulatedWheel.fingerLakes(.init($0, positions: 7))
        }
        .proven(
            Proof(
                sources: "libfli 2.0 and 1.999.1, a CFW-2-7",
                witnesses: [
                    Witness(
                        "libfli2 2.0+20221221",
                        "moves, positions, model of old and new boards, the maker's own",
                        tests: "test_finger_lakes_with_libfli"
                    )
                ],
                untested: ["CFW4", "boards of type fe"]
            )
        )
    }
}

extension [UInt8] {
    /// Whether an answer to `stepsLeft` reports no steps.
    fileprivate var isNothingLeft: Bool { count >= 2 && self[0] & 0x0f == 0 && self[1] == 0 }
}

/// A wheel's electronics, by its hardware type (the table `wheeldata` of libfli 1.999.1).
enum FingerLakesBoard: Equatable {
    /// Turns by steps and knows no slots: so many steps from each slot to the next, and from home to the first.
    case stepping(steps: [UInt16], offset: UInt16)
    /// Knows its slots.
    case newer

    /// Nil for a device that is not a filter wheel, and for an unknown one.
    init?(hardware: UInt8) {
        switch hardware {
        case 0x00: self = .even(5, 48)
        case 0x01: self = .even(3, 80, offset: 48)
        case 0x02: self = .stepping(steps: [34, 34, 35, 34, 34, 35, 35], offset: 14)
        case 0x03: self = .even(8, 30, offset: 18)
        case 0x04: self = .even(15, 48)
        case 0x05: self = .even(12, 20, offset: 6)
        case 0x06: self = .even(10, 24)
        case 0x08: self = .even(7, 52, offset: 14)
        case 0x09: self = .even(20, 29, offset: 494)
        case 0x0a: self = .even(12, 48, offset: 35)
        case 0xfe, 0xff: self = .newer
        default: return nil
        }
    }

    private static func even(_ slots: Int, _ steps: UInt16, offset: UInt16 = 0) -> Self {
        .stepping(steps: [UInt16](repeating: steps, count: slots), offset: offset)
    }
}

/// A command to a Finger Lakes wheel: a word of sixteen bits.
///
/// The answer repeats the upper four (libfli).
enum FingerLakesCommand {
    case echo, firmware, hardware, slotCount
    /// Status bits: turning one way or the other, homed, homing.
    case status
    case home
    /// Turns the wheel a number of steps towards higher slots, on a board that does not know slots.
    ///
    /// libfli's `fli_setfilterpos` steps by a negative count, and `fli_stepmotor` sends negative counts as `Annn`.
    case step(UInt16)
    case stepsLeft
    /// Moves to a slot, counted from 0, on a board that knows slots.
    case go(toSlot: UInt8)
    /// Where the wheel stands: twelve bytes.
    case position

    var word: UInt16 {
        switch self {
        case .echo: 0x8000
        case .firmware: 0x8001
        case .hardware: 0x8002
        case .slotCount: 0x8008
        case .status: 0xb000
        case .home: 0xf000
        case .step(let count): 0xa000 | min(count, 0x0fff)
        case .stepsLeft: 0x7000
        case .go(let slot): 0xc000 | UInt16(slot)
        case .position: 0x6000
        }
    }

    /// The number of zero bytes after the word in the longer requests (libfli, from firmware 0x43 on).
    var padding: Int {
        switch self {
        case .slotCount: 2
        case .position: 10
        default: 0
        }
    }

    var name: String { "\(self) (\(String(word, radix: 16)))" }
}

/// Bits of the answer to `status`.
enum FingerLakesStatus {
    static let isHoming: UInt8 = 0x04
    static let isHomed: UInt8 = 0x08
}

/// A connection to a Finger Lakes wheel, which sends words and checks that the answers belong to them.
final class FingerLakesWire {
    let connection: any USBConnection
    private let input: USBEndpoint
    private let output: USBEndpoint
    private var mayHaveOldAnswers = true
    /// Whether requests have the longer forms of newer firmware.
    var sendsLongRequests = false

    /// The time limit for an answer (libfli).
    private static let limit = Duration.seconds(5)

    init(_ connection: any USBConnection) throws(USBError) {
        self.connection = connection
        guard let input = connection.interface.endpoint(.bulk, isIn: true),
            let output = connection.interface.endpoint(.bulk, isIn: false)
        else { throw USBError(.notFound, "\(connection.device) lacks the two bulk endpoints of a filter wheel") }
        (self.input, self.output) = (input, output)
    }

    /// Sends a question and returns the lower byte of its answer.
    func ask(_ command: FingerLakesCommand) throws -> UInt8 { try exchange(command)[1] }

    /// Sends a command and returns its answer, which has at least two bytes.
    func exchange(_ command: FingerLakesCommand, length: Int = 2) throws -> [UInt8] {
        try send(command)
        mayHaveOldAnswers = true
        let answer = try read(within: Self.limit)
        guard isAnswer(answer, to: command), answer.count >= length else {
            throw AnswerError(command.name, answer, of: connection)
        }
        mayHaveOldAnswers = false
        return answer
    }

    func send(_ command: FingerLakesCommand) throws(USBError) {
        if mayHaveOldAnswers { try drain() }
        let word = command.word
        let padding = [UInt8](repeating: 0, count: sendsLongRequests ? command.padding : 0)
        try connection.write([UInt8(word >> 8), UInt8(word & 0xff)] + padding, to: output, within: Self.limit)
    }

    /// Whether a slow command has been answered.
    func hasAnswered(_ command: FingerLakesCommand) throws -> Bool {
        do {
            let answer = try read(within: .milliseconds(10))
            guard isAnswer(answer, to: command) else { throw AnswerError(command.name, answer, of: connection) }
            return true
        } catch let error as USBError where error.kind == .timeout { return false }
    }

    private func isAnswer(_ answer: [UInt8], to command: FingerLakesCommand) -> Bool {
        answer.count >= 2 && UInt16(answer[0]) >> 4 == command.word >> 12
    }

    private func read(within limit: Duration) throws(USBError) -> [UInt8] {
        do throws(USBError) {
            return try connection.read(input, length: max(input.packetSize, 64), within: limit)
        } catch  where error.kind == .stalled {
            try connection.clearHalt(input)
            throw error
        }
    }

    /// Discards answers that nobody has read.
    private func drain() throws(USBError) {
        mayHaveOldAnswers = false
        for _ in 0..<64 {
            do throws(USBError) { _ = try read(within: .milliseconds(5)) } catch  where error.kind == .timeout {
                return
            }
        }
    }
}
