internal import Devices
internal import Pickle
internal import Threads

extension ClaritySession {
    static func settings(of wheel: USBFilterWheel<ClaritySession>) -> [Setting] {
        [
            Setting(
                "sectioning",
                in: Cases<Sectioning>(),
                get: { try wheel.sectioning },
                set: { try wheel.setSectioning($0) }
            ).notComingBack(),
            Setting(
                "calibration",
                in: Anything<Bool>(),
                get: { try wheel.use { try $0.ask(.getCalibration) == ClarityCode.calibrationOn } },
                set: { try wheel.setCalibration($0) }
            ).notComingBack(),
        ]
    }

    /// What python-microscope's class has beside what every wheel has.
    @RemoteInterfaceBuilder static func members(of wheel: USBFilterWheel<ClaritySession>) -> [any RemoteMember] {
        RemoteProperty("moving", get: { try wheel.isMoving || wheel.isDiskMoving })
        RemoteMethod("get_id") { try wheel.use { $0.serial ?? "" } }
        RemoteMethod("get_slide_position") { try wheel.sectioning.rawValue }
        RemoteMethod("set_slide_position", "position", Parameter("blocking", default: true)) {
            (position: Int, isBlocking: Bool) -> Completion in
            guard let sectioning = Sectioning(rawValue: position) else {
                throw RemoteError.value("there is no slide position \(position)")
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
    /// How long the disk may take for a move, and how long it may seem to stand before it has begun.
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

    /// Moves the disk, and waits until it is there, since a setting has to be what it was set to.
    fileprivate func setSectioning(_ sectioning: Sectioning) throws {
        let move = try move(to: sectioning, isBlocking: true)
        while try move.poll() == nil { Pause.wait(for: move.interval) }
    }

    fileprivate func setCalibration(_ isOn: Bool) throws {
        try use { try $0.set(.setCalibration, to: isOn ? ClarityCode.calibrationOn : ClarityCode.calibrationOff) }
    }

    /// Moves the disk, and is complete when it is there, or at once if nobody waits.
    fileprivate func move(to sectioning: Sectioning, isBlocking: Bool) throws -> Completion {
        try startSectioning(sectioning)
        let end = ContinuousClock.now + diskLimit
        return Completion(
            every: .milliseconds(20),
            when: { try !isBlocking || self.isDisk(at: sectioning, before: end) }
        )
    }

    /// Whether the disk is there; throws if it should be by now.
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
