internal import Devices

/// A feature that clients see as a setting if the camera has it.
struct FeatureRow: Sendable {
    enum Kind: Sendable { case int, float, bool, choice, string }

    /// The name of the setting: the feature's name in the spelling of python-microscope.
    let name: String
    let kind: Kind
    let feature: AndorFeature
    /// Whether the acquisition must be paused for writing.
    let needsPause: Bool

    init(_ name: String, _ kind: Kind, _ feature: AndorFeature, needsPause: Bool = false) {
        (self.name, self.kind, self.feature, self.needsPause) = (name, kind, feature, needsPause)
    }

    /// A feature that is locked during an acquisition.
    static func paused(_ name: String, _ kind: Kind, _ feature: AndorFeature) -> FeatureRow {
        FeatureRow(name, kind, feature, needsPause: true)
    }
}

extension FeatureRow {
    /// The setting for a feature that the camera has.
    ///
    /// - Parameter isNeverWritable: whether the feature is read-only on this model.
    func setting(_ camera: AndorCamera, _ acquisition: Acquisition, isReadOnly isNeverWritable: Bool) -> Setting {
        /// - Parameter fallback: the domain while the limits cannot be read; without it, reading them throws.
        func make<Value: SettingValue>(
            _ domain: @escaping (AndorCamera) -> (AndorFeature) throws(DeviceError) -> Value.Domain,
            or fallback: Value.Domain?,
            _ get: @escaping (AndorCamera) -> (AndorFeature) throws(DeviceError) -> Value,
            _ set: @escaping (AndorCamera) -> (AndorFeature, Value) throws(DeviceError) -> Void
        ) -> Setting {
            func read<Result>(
                _ method: (AndorCamera) -> (AndorFeature) throws(DeviceError) -> Result
            ) throws -> Result {
                try acquisition.call { try method(camera)(feature) }
            }
            func write(_ value: Value) throws {
                try acquisition.change(pausing: needsPause) { try set($0)(feature, value) }
            }
            return Setting(
                name,
                in: try fallback.map { fallback in (try? read(domain)) ?? fallback } ?? read(domain),
                get: { try read(get) },
                set: isNeverWritable ? nil : write,
                isReadOnly: { isLocked(camera, acquisition) }
            )
        }
        return switch kind {
        case .int: make(AndorCamera.intLimits, or: 0...0, AndorCamera.int(_:), AndorCamera.setInt)
        case .float: make(AndorCamera.floatLimits, or: 0...0, AndorCamera.float, AndorCamera.setFloat)
        case .bool: make({ _ in { _ in Anything() } }, or: Anything(), AndorCamera.bool, AndorCamera.setBool)
        case .choice: make(AndorCamera.listedChoices, or: nil, AndorCamera.listedChoice, AndorCamera.setListedChoice)
        case .string: make(AndorCamera.maximumLength, or: MaximumLength(0), AndorCamera.string, AndorCamera.setString)
        }
    }

    /// Whether the feature can be written neither now nor in a pause.
    private func isLocked(_ camera: AndorCamera, _ acquisition: Acquisition) -> Bool {
        // The driver pauses the acquisition for a feature that only the acquisition locks.
        if needsPause, acquisition.isRunning { return false }
        return (try? acquisition.call { try !camera.canWrite(feature) }) ?? false
    }
}

extension AndorCamera {
    /// The choices of a feature; of pixel encodings, those that the driver can read.
    fileprivate func listedChoices(_ feature: AndorFeature) throws(DeviceError) -> ListedChoices {
        let choices = try choices(feature)
        guard feature == "PixelEncoding" else { return ListedChoices(choices) }
        return ListedChoices(choices.filter { PixelEncoding(rawValue: $0.label) != nil })
    }

    fileprivate func listedChoice(_ feature: AndorFeature) throws(DeviceError) -> ListedChoice {
        ListedChoice(try choice(feature))
    }

    fileprivate func setListedChoice(_ feature: AndorFeature, to value: ListedChoice) throws(DeviceError) {
        try setChoice(feature, to: value.key)
    }

    fileprivate func maximumLength(_ feature: AndorFeature) throws(DeviceError) -> MaximumLength {
        MaximumLength(try stringLimit(feature))
    }

    fileprivate func setString(_ feature: AndorFeature, to value: String) throws(DeviceError) {
        try write(.string(value), to: feature)
    }
}
