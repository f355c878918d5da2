internal import Devices
internal import SDKCameras

extension PVCAMCamera: SDKSettings {
    private func number(_ id: ParameterID, _ attribute: Attribute = .current) throws(DeviceError) -> Int {
        let value = try self.attribute(attribute, id)
        guard let number = value.int else {
            throw DeviceError(.failed, "\(serialNumber) reports \(id.name) = \(value), which is not a number")
        }
        return number
    }

    func int(_ id: ParameterID) throws(DeviceError) -> Int { try number(id) }
    func setInt(_ id: ParameterID, to value: Int) throws(DeviceError) { try choose(id, .int(value)) }

    func intLimits(_ id: ParameterID) throws(DeviceError) -> ClosedRange<Int> {
        let lowest = try number(id, .lowest)
        return lowest...max(lowest, try number(id, .highest))
    }

    func float(_ id: ParameterID) throws(DeviceError) -> Double { try double(id, .current) }
    func setFloat(_ id: ParameterID, to value: Double) throws(DeviceError) { try choose(id, .float(value)) }

    func floatLimits(_ id: ParameterID) throws(DeviceError) -> ClosedRange<Double> {
        let lowest = try double(id, .lowest)
        return lowest...max(lowest, try double(id, .highest))
    }

    private func double(_ id: ParameterID, _ attribute: Attribute) throws(DeviceError) -> Double {
        let value = try self.attribute(attribute, id)
        guard let number = value.double, number.isFinite else {
            throw DeviceError(.failed, "\(serialNumber) reports \(id.name) = \(value), which is not plausible")
        }
        return number
    }

    func bool(_ id: ParameterID) throws(DeviceError) -> Bool { try number(id) != 0 }
    func setBool(_ id: ParameterID, to value: Bool) throws(DeviceError) { try choose(id, .int(value ? 1 : 0)) }

    func choice(_ id: ParameterID) throws(DeviceError) -> Int { try number(id) }
    func setChoice(_ id: ParameterID, to key: Int) throws(DeviceError) { try choose(id, .int(key)) }

    func listedChoices(_ id: ParameterID) throws(DeviceError) -> ListedChoices { ListedChoices(try choices(id)) }

    func string(_ id: ParameterID) throws(DeviceError) -> String { "\(try value(id))" }
    func setString(_ id: ParameterID, to value: String) throws(DeviceError) {
        throw DeviceError(.unsupported, "\(id.name) on \(serialNumber) cannot be written")
    }
    // The longest text of the interface.
    func stringLimit(_ id: ParameterID) throws(DeviceError) -> Int { 1024 }

    /// Sets a parameter as a client wants it, with what the library does not do by itself.
    private func choose(_ id: ParameterID, _ value: ParameterValue) throws(DeviceError) {
        switch id {
        case .readoutPort, .speedIndex: try chooseReadout(id, value)
        default: try set(id, to: value)
        }
    }

    /// Chooses a port or a speed.
    ///
    /// It resets what depends on it, and may move the temperature's setpoint, which is set again.
    private func chooseReadout(_ id: ParameterID, _ value: ParameterValue) throws(DeviceError) {
        try set(id, to: value)
        written.forget(id == .readoutPort ? [.speedIndex, .gainIndex] : [.gainIndex])
        guard let setpoint = written.value(for: .temperatureSetpoint) else { return }
        // The limits may have moved as well.
        do throws(DeviceError) { try write(.temperatureSetpoint, setpoint) } catch { if error.isLoss { throw error } }
    }

    /// Brings the camera into a known state: it keeps its settings when a program ends, and may still expose.
    func prepare() throws(DeviceError) {
        try call("pl_exp_abort") { handle throws(PVCAMStatus) in try library.abort(handle, idleState) }
        // What was read before the abort may be different now.
        try write(ifThere: .smartStreaming, 0)
        try write(ifThere: .centroids, 0)
        try write(ifThere: .scanMode, 0)
        for id in [ParameterID.hostRotation, .hostFlip, .hostSumming] { try write(ifThere: id, 0) }
    }

    /// What the camera does while nothing is acquired.
    var idleState: AbortState { isLegacy ? .clear : .halt }

    /// Writes a number, if the camera has the parameter and lets it be written.
    func write(ifThere id: ParameterID, _ value: Int) throws(DeviceError) {
        guard try has(id), try canWrite(id), try self.value(id) != .int(value) else { return }
        try write(id, .int(value))
    }
}

/// The parameters that clients see as settings.
struct SettingTable: Sendable {
    struct Row: Sendable {
        let row: SettingRow<ParameterID>
        let isReadOnly: Bool
    }

    let rows: [Row]
    var ids: [ParameterID] { rows.map(\.row.id) }

    /// The parameters that a camera has.
    init(_ camera: PVCAMCamera) throws(DeviceError) {
        var rows: [Row] = []
        for (id, _, role) in ParameterTable.listed where role != .hidden {
            guard try camera.has(id), let kind = Self.kind(id) else { continue }
            let readOnly = 1, readWrite = 2
            let access = try camera.attribute(.access, id).int ?? 0
            guard access == readOnly || access == readWrite else { continue }
            // Some cameras report a gain that they do not have.
            if id == .emGain, try camera.intLimits(id).count < 2 { continue }
            let isLive = (try? camera.attribute(.isLive, id))?.int ?? 0 != 0
            let row = SettingRow(
                id.name,
                kind,
                id,
                needsPause: !isLive,
                isRestored: role == .asReported && access == readWrite
            )
            rows.append(Row(row: row, isReadOnly: role == .shown || access == readOnly))
        }
        self.rows = rows
    }

    private static func kind(_ id: ParameterID) -> SettingRow<ParameterID>.Kind? {
        switch id.kind {
        case .choice: .choice
        case .bool: .bool
        case .text: .string
        case .float32, .float64: .float
        case nil: nil
        default: .int
        }
    }
}
