internal import Devices
internal import Platform
internal import SDKCameras

extension XiCamera: SDKSettings {
    func canWrite(_ name: String) throws(DeviceError) -> Bool {
        try int(ifThere: "\(name):settable").map { $0 != 0 } ?? true
    }

    func setInt(_ name: String, to value: Int) throws(DeviceError) { try set(name, to: .int(value)) }

    func intLimits(_ name: String) throws(DeviceError) -> ClosedRange<Int> {
        let least = try int(ifThere: "\(name):min") ?? Int(Int32.min)
        return least...max(least, try int(ifThere: "\(name):max") ?? Int(Int32.max))
    }

    func setFloat(_ name: String, to value: Double) throws(DeviceError) { try set(name, to: .float(value)) }

    func floatLimits(_ name: String) throws(DeviceError) -> ClosedRange<Double> {
        let least = try float(ifThere: "\(name):min") ?? -.greatestFiniteMagnitude
        return least...max(least, try float(ifThere: "\(name):max") ?? .greatestFiniteMagnitude)
    }

    func bool(_ name: String) throws(DeviceError) -> Bool { try int(name) != 0 }
    func setBool(_ name: String, to value: Bool) throws(DeviceError) { try set(name, to: .int(value ? 1 : 0)) }

    func choice(_ name: String) throws(DeviceError) -> Int { try int(name) }
    func setChoice(_ name: String, to key: Int) throws(DeviceError) { try set(name, to: .int(key)) }

    /// The values that the camera's manifest lists.
    func listedChoices(_ name: String) throws(DeviceError) -> ListedChoices {
        let parameter = manifest.withLock { $0.parameters.first { $0.name == name } }
        let choices = (parameter?.choices ?? []).map { (key: $0.key, label: $0.label) }
        guard name == "imgdataformat" else { return ListedChoices(choices) }
        return ListedChoices(choices.filter { XiFormat(rawValue: $0.key) != nil })
    }

    func setString(_ name: String, to value: String) throws(DeviceError) { try set(name, to: .text(value)) }
    func stringLimit(_ name: String) throws(DeviceError) -> Int { 63 }
}

/// The parameters that clients see as settings: what the camera's manifest lists, with the vendor's names.
struct ParameterTable: Sendable {
    struct Row: Sendable {
        let row: SettingRow<String>
        let isReadOnly: Bool
    }

    let rows: [Row]

    /// The parameters that a camera answers.
    ///
    /// Asked once, so that a camera that fails to answer later does not lose one.
    init(_ camera: XiCamera) throws(DeviceError) {
        var rows: [Row] = []
        for parameter in camera.manifest.withLock({ $0.parameters }) where Self.isSetting(parameter) {
            if try Self.isThere(parameter, camera) { rows.append(Self.row(parameter)) }
        }
        self.rows = rows
    }

    private static func isSetting(_ parameter: Manifest.Parameter) -> Bool {
        // A client must not let the library read files of this computer.
        parameter.kind != .command && !parameter.isPath && !owned.contains(parameter.name)
    }

    private static func isThere(_ parameter: Manifest.Parameter, _ camera: XiCamera) throws(DeviceError) -> Bool {
        switch parameter.kind {
        case .float: try camera.float(ifThere: parameter.name) != nil
        case .string: try camera.ifThere { () throws(DeviceError) in try camera.string(parameter.name) } != nil
        default: try camera.int(ifThere: parameter.name) != nil
        }
    }

    private static func row(_ parameter: Manifest.Parameter) -> Row {
        let kind: SettingRow<String>.Kind =
            switch parameter.kind {
            case .int, .command: .int
            case .float: .float
            case .bool: .bool
            case .choice: .choice
            case .string: .string
            }
        return Row(
            row: SettingRow(
                names[parameter.name] ?? parameter.name,
                kind,
                parameter.name,
                needsPause: parameter.isLocked,
                isRestored: !parameter.isReadOnly
            ),
            isReadOnly: parameter.isReadOnly
        )
    }

    /// python-microscope's name where it differs from the vendor's.
    private static let names = ["trigger_source": "trigger source"]

    /// Clients have methods for these, or the acquisition rests on them.
    private static let owned: Set<String> = [
        "exposure", "width", "height", "offsetX", "offsetY", "binning_horizontal", "binning_vertical", "downsampling",
        "decimation_horizontal", "decimation_vertical", "buffer_policy", "buffers_queue_size", "recent_frame",
        "acq_buffer_size", "acq_buffer_size_unit", "acq_transport_buffer_size", "acq_transport_buffer_commit",
        "debug_level", "isexist", "trigger_software", "device_manifest", "acquisition_status", "device_reset",
    ]
}
