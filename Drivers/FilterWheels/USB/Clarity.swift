public import Devices
internal import Pickle
internal import Platform
internal import Transports

/// A session with an Aurox Clarity, a laser-free confocal unit with a wheel of filter cubes and a spinning disk.
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
        // Two digits per byte, last byte first.
        serial = Hexadecimal.text(bytes.reversed()).filter { $0 != " " }
        if try ask(.getOnOff) != ClarityCode.running { try set(.setOnOff, to: ClarityCode.running) }
        // The previous user may have left the lamp on.
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

    /// The value of a moving part after three equal answers; nil while it moves.
    ///
    /// The part stops for moments on its way and then reports that it does not move.
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

    /// - Returns: the requested number of bytes that follow the command in the answer.
    func ask(_ command: ClarityCommand, length: Int) throws -> [UInt8] {
        let answer = try exchange(command)
        guard answer.count >= length else { throw AnswerError(command.name, answer, of: hid.connection) }
        return Array(answer.prefix(length))
    }

    private func exchange(_ command: ClarityCommand, _ parameter: UInt8 = 0) throws -> [UInt8] {
        try hid.write([command.rawValue, parameter])
        var answer: [UInt8] = []
        // Answers to earlier commands may come first.
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
        .proven(
            Proof(
                sources: "two programs of Aurox' users, without a firmware",
                witnesses: [
                    Witness("hidapi 0.15.0", "reports of moves", tests: "test_clarity_with_hidapi")
                ]
            )
        )
    }
}

/// The first byte of a command to a Clarity, named as in python-microscope and in Aurox's programs.
///
/// The answer repeats this byte; the data follows.
enum ClarityCommand: UInt8 {
    case version = 0x00
    case getOnOff = 0x12
    case getDoor = 0x13
    case getDisk = 0x14
    case getFilter = 0x15
    case getCalibration = 0x16
    case serial = 0x19
    case status = 0x1f
    case setOnOff = 0x21
    case setDisk = 0x23
    case setFilter = 0x24
    case setCalibration = 0x25

    /// The name of what is asked for, for error messages.
    var name: String { "\(self)" }
}

/// The bytes in a Clarity's answers that are not positions.
enum ClarityCode {
    static let running: UInt8 = 0x0f
    static let asleep: UInt8 = 0x7f
    static let moving: UInt8 = 0x10
    static let error: UInt8 = 0xff
    /// In place of the command: unknown command.
    static let unknownCommand: UInt8 = 0xff
    static let calibrationOn: UInt8 = 0x01
    static let calibrationOff: UInt8 = 0x02
    /// As in Aurox's newer program; python-microscope has the two values swapped.
    static let doorClosed: UInt8 = 0x01
}

/// A position of a Clarity's spinning disk: each step gives less light and thinner sections.
enum Sectioning: Int, SettingChoice {
    /// `bypass`: the disk is out of the light path.
    case bypass, low, mid, high
}

extension ClaritySession {
    static func settings(of wheel: USBFilterWheel<ClaritySession>) -> [Setting] {
        [
            Setting(
                "sectioning",
                in: Cases<Sectioning>(),
                get: { try wheel.sectioning },
                set: { try wheel.setSectioning($0) }
            ).notRestored(),
            Setting(
                "calibration",
                in: Anything<Bool>(),
                get: { try wheel.use { try $0.ask(.getCalibration) == ClarityCode.calibrationOn } },
                set: { try wheel.setCalibration($0) }
            ).notRestored(),
        ]
    }

    /// The members of python-microscope's class that other wheels do not have.
    @RemoteInterfaceBuilder static func members(of wheel: USBFilterWheel<ClaritySession>) -> [any RemoteMember] {
        RemoteProperty("moving", get: { try wheel.isMoving || wheel.isDiskMoving })
        RemoteMethod("get_id") { try wheel.use { $0.serial ?? "" } }
        RemoteMethod("get_slide_position") { try wheel.sectioning.rawValue }
        RemoteMethod("set_slide_position", "position", Parameter("blocking", default: true)) {
            (position: Int, isBlocking: Bool) -> Completion in
            guard let sectioning = Sectioning(rawValue: position) else {
                throw RemoteError.value("slide position \(position) does not exist")
            }
            return try wheel.move(to: sectioning, isBlocking: isBlocking)
        }
        RemoteMethod("get_slides") {
            PythonValue.dict(PythonDictionary(Sectioning.allCases.map { (.int($0.rawValue), .str($0.label)) }))
        }
        RemoteMethod("set_calibration", "state", call: wheel.setCalibration)
        RemoteMethod("get_status") { PythonValue.dict(try wheel.status()) }
    }
}

extension USBFilterWheel<ClaritySession> {
    /// The time limit of a move of the disk, including the time before it visibly starts.
    private var diskLimit: Duration { .seconds(5) }

    fileprivate var sectioning: Sectioning {
        get throws {
            let value = try use { try $0.ask(.getDisk) }
            guard let sectioning = Sectioning(rawValue: Int(value)) else {
                throw DeviceError(.incompatibleState, "the sectioning disk \(Self.word(ofDisk: value))")
            }
            return sectioning
        }
    }

    fileprivate var isDiskMoving: Bool {
        get throws { try use { try $0.ask(.getDisk) == ClarityCode.moving } }
    }

    fileprivate func startSectioning(_ sectioning: Sectioning) throws {
        try use { try $0.set(.setDisk, to: UInt8(clamping: sectioning.rawValue)) }
    }

    /// Moves the disk and waits for it, because a setting must have its new value when the call returns.
    fileprivate func setSectioning(_ sectioning: Sectioning) throws {
        let move = try move(to: sectioning, isBlocking: true)
        while try move.poll() == nil { Pause.wait(for: move.interval) }
    }

    fileprivate func setCalibration(_ isOn: Bool) throws {
        try use { try $0.set(.setCalibration, to: isOn ? ClarityCode.calibrationOn : ClarityCode.calibrationOff) }
    }

    /// Moves the disk.
    ///
    /// Completes when it has arrived, or at once if the caller does not wait.
    fileprivate func move(to sectioning: Sectioning, isBlocking: Bool) throws -> Completion {
        try startSectioning(sectioning)
        let end = ContinuousClock.now + diskLimit
        return Completion(
            every: .milliseconds(20),
            when: { try !isBlocking || self.isDisk(at: sectioning, before: end) }
        )
    }

    /// Whether the disk has arrived; throws after the time limit.
    private func isDisk(at sectioning: Sectioning, before end: ContinuousClock.Instant) throws -> Bool {
        let value = try use { try $0.steady(.getDisk) }
        if value == UInt8(clamping: sectioning.rawValue) { return true }
        guard ContinuousClock.now >= end else { return false }
        let word = Self.word(ofDisk: value ?? ClarityCode.moving)
        throw DeviceError(.failed, "the sectioning disk is not at \(sectioning) after \(diskLimit): it \(word)")
    }

    fileprivate func status() throws -> PythonDictionary {
        try use { session in
            let filter = try session.ask(.getFilter)
            let disk = try session.ask(.getDisk)
            return [
                "serial": session.serial.map(PythonValue.str) ?? .none,
                "on": .bool(try session.ask(.getOnOff) == ClarityCode.running),
                "door open": .bool(try session.ask(.getDoor) != ClarityCode.doorClosed),
                "filter": (1...4).contains(filter) ? .int(Int(filter) - 1) : .none,
                "slide": Sectioning(rawValue: Int(disk)).map { .int($0.rawValue) } ?? .none,
                "calibration": .bool(try session.ask(.getCalibration) == ClarityCode.calibrationOn),
            ]
        }
    }

    private static func word(ofDisk value: UInt8) -> String {
        switch value {
        case ClarityCode.moving: "moves"
        case ClarityCode.asleep: "is asleep"
        case ClarityCode.error: "reports an error"
        default: "stands at \(value)"
        }
    }
}
