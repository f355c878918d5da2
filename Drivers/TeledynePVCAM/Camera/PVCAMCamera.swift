internal import Devices
internal import Platform
internal import SDKCameras

/// An open camera of the library: access to its parameters, with errors that name the parameter and the camera.
///
/// While the camera acquires, only some of its parameters may be touched; the others have the values of its start.
final class PVCAMCamera: Sendable {
    let session: PVCAMSession
    let serialNumber: String
    let model: String
    let contact = Contact("pl_cam_open")
    let events = PVCAMEvents()
    let written = WrittenValues<ParameterID, ParameterValue>()
    /// What the next acquisition is set up with, and what came of the last setup.
    let plan: Lock<Plan>
    let capture = Lock(Capture())
    /// The modes that start exposures, as the camera lists them.
    let exposureModes: [ExposureMode]
    /// The parameters that clients may ask for while the camera acquires.
    let settingIDs = Lock<[ParameterID]>([])
    /// The time after an abort in which some cameras cannot be set up.
    let settlingTime: Duration

    private struct State: Sendable {
        /// The library's handle; nil while the camera is closed.
        var handle: Int16?
        var isAcquiring = false
        /// What was read while the camera was idle, since the last change of a parameter.
        var values: [Reading: ParameterValue] = [:]
        var items: [ParameterID: [Item]] = [:]
        /// The parameters of which all has been read since.
        var known: Set<ParameterID> = []
        /// What does not depend on the values of parameters.
        var constants: [Reading: ParameterValue] = [:]
        var live: [ParameterID: Bool] = [:]
    }

    private struct Reading: Hashable, Sendable {
        let id: ParameterID
        let attribute: Attribute
    }

    private struct Item: Sendable {
        let key: Int
        let label: String
    }

    private let state: Lock<State>

    /// Takes over a camera that the session has opened.
    init(_ session: PVCAMSession, _ opened: PVCAMSession.Opened, settlingTime: Duration = .milliseconds(100)) throws {
        (self.session, self.settlingTime) = (session, settlingTime)
        (serialNumber, model) = (opened.serial, opened.model)
        state = Lock(State(handle: opened.handle))
        let library = session.library
        let handle = opened.handle
        do throws(PVCAMStatus) {
            let width = try library.value(.columns, .current, handle).int ?? 0
            let height = try library.value(.rows, .current, handle).int ?? 0
            // More than any sensor has, and small enough to be multiplied.
            guard (1...1 << 16).contains(width), (1...1 << 16).contains(height) else { throw .noParameter }
            exposureModes = try library.items(.exposureMode, handle).map { ExposureMode($0.key) }
                .filter { $0.isLegacy || library.canTrigger || $0 != .softwareEdge && $0 != .softwareFirst }
            plan = Lock(Plan(sensor: SensorShape(width: width, height: height)))
        } catch { throw DeviceError(.initialise, "the sensor or the modes of \(opened.serial)", cause: error) }
        try beginEvents()
    }

    // The library writes to the camera's memory until the camera is closed.
    deinit { close() }

    var library: PVCAMLibrary { session.library }
    var sensor: SensorShape { plan.withLock(\.sensor) }

    /// Whether its modes are those of a CCD.
    var isLegacy: Bool { exposureModes.allSatisfy(\.isLegacy) }

    /// The handle of the open camera; throws `invalidHandle` while it is closed.
    private var handle: Int16 {
        get throws(PVCAMStatus) {
            guard let handle = state.withLock(\.handle) else { throw .invalidHandle }
            return handle
        }
    }

    private func beginEvents() throws(DeviceError) {
        events.begin()
        try call("pl_cam_register_callback_ex3") { handle throws(PVCAMStatus) in
            try library.register(handle, number: events.number)
        }
    }

    func close() {
        let handle = state.withLock { state in
            defer { state.handle = nil }
            state.isAcquiring = false
            return state.handle
        }
        if let handle {
            library.deregister(handle)
            session.close(handle)
        }
        events.end()
        // The library writes to the memory until the camera is closed.
        capture.withLock { $0 = Capture() }
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("pl_cam_open")
        let opened = try session.reopen(serialNumber)
        state.withLock { $0 = State(handle: opened.handle) }
        plan.withLock { $0.setup = nil }
        try beginEvents()
        try prepare()
    }

    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (id, value) in written.all {
            do throws(DeviceError) { try set(id, to: value) } catch {
                guard !error.isLoss else { throw error }
                report(error)
            }
        }
    }

    func releaseLibrary() { session.endUse() }

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (Int16) throws(PVCAMStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(PVCAMStatus) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: PVCAMStatus) -> DeviceError {
        // The handle is invalid only while a lost camera has not been found again.
        DeviceError(
            status.kind,
            "\(act) on \(serialNumber)",
            cause: status == .invalidHandle ? PVCAMStatus.removed : status
        )
    }

    var isThere: Bool {
        guard !events.isRemoved else {
            _ = contact.noted(failure("the camera's connection", .removed))
            return false
        }
        do throws(DeviceError) {
            // Only a parameter that changes by itself is sure to be asked of the camera; while it acquires, the frames.
            guard !isAcquiring else {
                _ = try newest()
                return true
            }
            _ = try value(has(.temperature) ? .temperature : .speedIndex)
            return true
        } catch { return !error.isLoss }
    }
}

extension PVCAMStatus {
    /// The kind of error that a client gets.
    fileprivate var kind: DeviceError.Kind {
        if isAbsence || [.invalidBinning, .invalidRegion].contains(self) { return .unsupported }
        return mayNeedPause ? .incompatibleState : .failed
    }
}

// Parameters
extension PVCAMCamera {
    var isAcquiring: Bool { state.withLock(\.isAcquiring) }

    func noteAcquiring(_ isAcquiring: Bool) { state.withLock { $0.isAcquiring = isAcquiring } }

    /// Whether the camera has a parameter.
    func has(_ id: ParameterID) throws(DeviceError) -> Bool { try attribute(.isAvailable, id).int ?? 0 != 0 }

    /// Whether clients may write a parameter.
    func canWrite(_ id: ParameterID) throws(DeviceError) -> Bool {
        let readWrite = 2
        return try attribute(.access, id).int == readWrite
    }

    func value(_ id: ParameterID) throws(DeviceError) -> ParameterValue { try attribute(.current, id) }

    /// The value of a parameter; nil if the camera does not have it.
    func value(ifThere id: ParameterID) throws(DeviceError) -> ParameterValue? { try has(id) ? try value(id) : nil }

    /// Reads a parameter, or what was read of it before the acquisition if it cannot be touched now.
    func attribute(_ attribute: Attribute, _ id: ParameterID) throws(DeviceError) -> ParameterValue {
        let reading = Reading(id: id, attribute: attribute)
        let (isLocked, known) = state.withLock { state in
            (state.isAcquiring && state.live[id] != true, state.values[reading] ?? state.constants[reading])
        }
        if isLocked {
            guard let known else {
                throw DeviceError(
                    .incompatibleState,
                    "\(id.name) on \(serialNumber) cannot be read while the camera acquires images"
                )
            }
            return known
        }
        if Self.madeBySetup.contains(id), attribute == .current, !isAcquiring { try setUp() }
        let value = try call(id.name) { handle throws(PVCAMStatus) in try library.value(id, attribute, handle) }
        state.withLock { state in
            if attribute.isConstant { state.constants[reading] = value } else { state.values[reading] = value }
        }
        return value
    }

    /// The choices of an enumeration.
    func choices(_ id: ParameterID) throws(DeviceError) -> [(key: Int, label: String)] {
        let known = state.withLock { $0.isAcquiring && $0.live[id] != true ? $0.items[id] : nil }
        if let known { return known.map { ($0.key, $0.label) } }
        let items = try call("choices of \(id.name)") { handle throws(PVCAMStatus) in try library.items(id, handle) }
        state.withLock { $0.items[id] = items.map { Item(key: $0.key, label: $0.label) } }
        return items
    }

    func set(_ id: ParameterID, to value: ParameterValue) throws(DeviceError) {
        try write(id, value)
        written.note(value, for: id)
    }

    /// Writes a parameter that the driver itself looks after.
    func write(_ id: ParameterID, _ value: ParameterValue) throws(DeviceError) {
        try call("\(id.name) = \(value)") { handle throws(PVCAMStatus) in try library.set(id, to: value, handle) }
        noteChange()
    }

    /// Another value may have changed the others, and needs another setup.
    private func noteChange() {
        guard !isAcquiring else { return }
        state.withLock { state in
            state.values.removeAll()
            state.items.removeAll()
            state.known.removeAll()
        }
        plan.withLock { $0.setup = nil }
    }

    /// Reads what clients may ask for while the camera acquires.
    ///
    /// - Parameter ids: the parameters that the camera has.
    func readAhead(_ ids: [ParameterID]) throws(DeviceError) {
        for id in ids {
            if state.withLock({ $0.live[id] }) == nil {
                // Libraries that do not know the attribute have no such parameters.
                let isLive = (try? attribute(.isLive, id))?.int ?? 0 != 0
                state.withLock { $0.live[id] = isLive }
            }
            let isKnown = state.withLock { $0.known.contains(id) }
            guard !isKnown || Self.madeBySetup.contains(id) || Self.moving.contains(id) else { continue }
            // What cannot be read now cannot be read later either.
            try readable { () throws(DeviceError) in _ = try value(id) }
            guard !isKnown else { continue }
            state.withLock { _ = $0.known.insert(id) }
            try readable { () throws(DeviceError) in _ = try canWrite(id) }
            guard id.kind != .text, id.kind != .choice else {
                if id.kind == .choice { try readable { () throws(DeviceError) in _ = try choices(id) } }
                continue
            }
            for limit in [Attribute.lowest, .highest] {
                try readable { () throws(DeviceError) in _ = try attribute(limit, id) }
            }
        }
    }

    /// The parameters that have values only after a setup.
    private static let madeBySetup: Set<ParameterID> = [
        .readoutTime, .clearingTime, .preTriggerDelay, .postTriggerDelay, .frameBufferSize,
    ]
    /// Those that change by themselves, or with a setup.
    private static let moving: Set<ParameterID> = [.exposureTime, .bitDepth, .temperature]

    private func readable(_ read: () throws(DeviceError) -> Void) throws(DeviceError) {
        do throws(DeviceError) { try read() } catch { if error.isLoss { throw error } }
    }
}
