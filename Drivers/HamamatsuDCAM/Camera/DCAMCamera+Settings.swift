internal import Devices
internal import SDKCameras

extension DCAMCamera: SDKSettings {
    func canWrite(_ id: DCAMID) throws(DeviceError) -> Bool { try attributes(id).isWritable }

    func int(_ id: DCAMID) throws(DeviceError) -> Int { try int(id, within: Self.ints) }
    func setInt(_ id: DCAMID, to value: Int) throws(DeviceError) { try set(id, to: Double(value)) }
    func intLimits(_ id: DCAMID) throws(DeviceError) -> ClosedRange<Int> {
        let limits = try floatLimits(id)
        let (lowest, highest) = (limits.lowerBound.rounded(.up), limits.upperBound.rounded(.down))
        let first = Int(exactly: min(max(lowest, -1e15), 1e15)) ?? 0
        return first...max(first, Int(exactly: min(max(highest, -1e15), 1e15)) ?? 0)
    }

    /// More than any camera has.
    private static let ints = -1_000_000_000_000_000...1_000_000_000_000_000

    func float(_ id: DCAMID) throws(DeviceError) -> Double { try value(id) }
    func setFloat(_ id: DCAMID, to value: Double) throws(DeviceError) { try set(id, to: value) }
    func floatLimits(_ id: DCAMID) throws(DeviceError) -> ClosedRange<Double> {
        let attributes = try attributes(id)
        guard attributes.lowest.isFinite, attributes.highest.isFinite else {
            throw DeviceError(.failed, "\(serialNumber) reports no limits of \(name(id))")
        }
        return attributes.lowest...max(attributes.lowest, attributes.highest)
    }

    func choice(_ id: DCAMID) throws(DeviceError) -> Int { try int(id) }
    func setChoice(_ id: DCAMID, to key: Int) throws(DeviceError) { try set(id, to: Double(key)) }

    /// The values that the camera has now; of pixel types, those that the driver can read.
    func listedChoices(_ id: DCAMID) throws(DeviceError) -> ListedChoices {
        let choices = try choices(id)
        guard id == .pixelType else { return ListedChoices(choices) }
        return ListedChoices(choices.filter { DCAMPixelType(rawValue: $0.key) != nil })
    }

    func choices(_ id: DCAMID) throws(DeviceError) -> [(key: Int, label: String)] {
        let attributes = try attributes(id)
        return try call("choices of \(name(id))") { handle throws(DCAMStatus) in
            var choices: [(key: Int, label: String)] = []
            var value: Double? = attributes.lowest
            // More than any property has.
            while let present = value, choices.count < 256, let key = Int(exactly: present) {
                choices.append((key, library.valueText(id, handle, present) ?? "\(key)"))
                value = present < attributes.highest ? library.nextValue(id, handle, after: present) : nil
            }
            return choices
        }
    }

    // The SDK has numbers only.
    func bool(_ id: DCAMID) throws(DeviceError) -> Bool { try value(id) != 0 }
    func setBool(_ id: DCAMID, to value: Bool) throws(DeviceError) { try set(id, to: value ? 1 : 0) }
    func string(_ id: DCAMID) throws(DeviceError) -> String { "\(try value(id))" }
    func setString(_ id: DCAMID, to value: String) throws(DeviceError) {
        throw DeviceError(.unsupported, "\(name(id)) on \(serialNumber) is not a text")
    }
    func stringLimit(_ id: DCAMID) throws(DeviceError) -> Int { 0 }
}

/// The properties that clients see as settings, with the SDK's own names, as in python-microscope.
struct PropertyTable: Sendable {
    struct Row: Sendable {
        let row: SettingRow<DCAMID>
        let isReadOnly: Bool
    }

    let rows: [Row]

    /// The properties of a camera, except those that the driver keeps in step with each other.
    init(_ camera: DCAMCamera) throws(DeviceError) {
        var rows: [Row] = []
        for id in try camera.properties() where !Self.owned.contains(id) {
            guard let attributes = try camera.attributes(ifThere: id), attributes.isReadable else { continue }
            for element in try Self.elements(id, attributes, camera) {
                let row = Self.row(element, camera.name(element), attributes)
                rows.append(Row(row: row, isReadOnly: !attributes.isWritable))
            }
        }
        self.rows = rows
    }

    /// The property itself, or all elements of an array, which are alike.
    private static func elements(
        _ id: DCAMID,
        _ attributes: DCAMAttributes,
        _ camera: DCAMCamera
    ) throws(DeviceError) -> [DCAMID] {
        guard attributes.isArray, attributes.elementStep > 0, attributes.elementCount != .none else { return [id] }
        guard let count = try camera.value(ifThere: attributes.elementCount) else { return [id] }
        // More than any camera has connectors.
        let last = Int32(min(max(count, 1), 64))
        return (0..<last).map { DCAMID(id.number &+ $0 &* attributes.elementStep) }
    }

    private static func row(_ id: DCAMID, _ name: String, _ attributes: DCAMAttributes) -> SettingRow<DCAMID> {
        let kind: SettingRow<DCAMID>.Kind =
            switch attributes.kind {
            case .choice: .choice
            case .int: .int
            case .float: .float
            }
        return SettingRow(
            name,
            kind,
            id,
            needsPause: !attributes.isWritableWhenBusy || triggers.contains(id),
            isRestored: attributes.isWritable
        )
    }

    /// Area and binning depend on each other, and bundles of frames are not supported.
    private static let owned: Set<DCAMID> = [.left, .width, .top, .height, .areaMode, .binning, .frameBundle]
    /// The acquisition reads these when it starts.
    private static let triggers: Set<DCAMID> = [.triggerSource, .triggerActive, .triggerMode]
}
