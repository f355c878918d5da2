public import Devices
internal import Transports

/// The talk with a colour filter wheel of Finger Lakes Instrumentation: words of sixteen bits on two bulk endpoints.
///
/// Where the wheel stands is not known until it has looked for its home, which it does when it is opened unless it has
/// done so since power-up and can tell its slot.
final class FingerLakesSession: WheelSession {
    static let make = WheelMake(
        word: "finger-lakes-cfw",
        name: "Finger Lakes filter wheel",
        typeName: "FingerLakesFilterWheel",
        kinds: [USBKind(0x0f18, 0x0007)],
        pace: WheelPace(interval: .milliseconds(100)),
        moveLimit: .seconds(30),
        // A large wheel on an old board needs so long to look for its home.
        startLimit: .seconds(200),
        settleTime: .seconds(1)
    )

    private let wire: FingerLakesWire
    private let board: FingerLakesBoard
    private let firmware: UInt8
    let positionCount: Int?
    let serial: String? = nil
    /// Where the wheel is, or where it goes; nil while it is not known.
    private var slot: Int?
    private var homing = Homing.over

    /// How far the search for home has come.
    private enum Homing {
        /// The board will answer when it is there.
        case awaitsAnswer
        /// The board says that it searches.
        case isSearching
        /// Turns from its home to the first slot.
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
                "\(connection.device) is of hardware type \(hardware), no known filter wheel"
            )
        }
        self.board = board
        switch board {
        case .stepping(let steps, _): positionCount = steps.count
        case .newer: positionCount = Int(try wire.ask(.slotCount))
        }
        if try !knowsSlot() { try home() }
    }

    private var tellsSlot: Bool { board == .newer && firmware >= 0x43 }

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
        guard let slot else { return .failed("it does not know its slot") }
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
            throw DeviceError(.incompatibleState, "\(wire.connection.device) is looking for its home")
        }
        switch board {
        case .newer: _ = try wire.exchange(.go(toSlot: UInt8(clamping: position)))
        case .stepping(let steps, _):
            guard let slot else { return try home() }
            // It always turns the same way.
            let passed = (0..<(position - slot + steps.count) % steps.count).map { steps[(slot + $0) % steps.count] }
            let sum = passed.reduce(0, +)
            if sum > 0 { _ = try wire.exchange(.step(sum)) }
        }
        slot = position
    }
}

extension Driver where Configuration == WheelConfiguration {
    public static var fingerLakesCFW: Self {
        .filterWheel(FingerLakesSession.self, "a colour filter wheel of Finger Lakes Instrumentation, on USB") {
            SimulatedWheel.fingerLakes(.init($0, positions: 7))
        }
    }
}

extension [UInt8] {
    /// Whether the answer to `stepsLeft` says that there are none.
    fileprivate var isNothingLeft: Bool { count >= 2 && self[0] & 0x0f == 0 && self[1] == 0 }
}
