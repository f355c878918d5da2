public import Devices

/// Access to an open camera's settings by the SDK's ids, with limits asked anew each time.
///
/// An SDK may lack some kinds of settings; it then has no rows of them.
public protocol SDKSettings: SDKCamera {
    /// The SDK's id of a setting: a name or a number.
    associatedtype ID: Hashable & Sendable

    func canWrite(_ id: ID) throws(DeviceError) -> Bool

    func int(_ id: ID) throws(DeviceError) -> Int
    func setInt(_ id: ID, to value: Int) throws(DeviceError)
    func intLimits(_ id: ID) throws(DeviceError) -> ClosedRange<Int>

    func float(_ id: ID) throws(DeviceError) -> Double
    func setFloat(_ id: ID, to value: Double) throws(DeviceError)
    func floatLimits(_ id: ID) throws(DeviceError) -> ClosedRange<Double>

    func bool(_ id: ID) throws(DeviceError) -> Bool
    func setBool(_ id: ID, to value: Bool) throws(DeviceError)

    func choice(_ id: ID) throws(DeviceError) -> Int
    func setChoice(_ id: ID, to key: Int) throws(DeviceError)
    /// The choices that clients may select now.
    func listedChoices(_ id: ID) throws(DeviceError) -> ListedChoices

    func string(_ id: ID) throws(DeviceError) -> String
    func setString(_ id: ID, to value: String) throws(DeviceError)
    func stringLimit(_ id: ID) throws(DeviceError) -> Int
}

/// A setting of the SDK that clients see if the camera has it.
public struct SettingRow<ID: Hashable & Sendable>: Sendable {
    public enum Kind: Sendable { case int, float, bool, choice, string }

    /// The name for clients: python-microscope's where it has one.
    public let name: String
    public let kind: Kind
    public let id: ID
    /// Whether the acquisition must be paused for writing.
    public let needsPause: Bool
    /// Whether the server writes the last value again after a restart.
    public let isRestored: Bool

    public init(_ name: String, _ kind: Kind, _ id: ID, needsPause: Bool = false, isRestored: Bool = true) {
        (self.name, self.kind, self.id) = (name, kind, id)
        (self.needsPause, self.isRestored) = (needsPause, isRestored)
    }

    /// A setting that is locked during an acquisition.
    public static func paused(_ name: String, _ kind: Kind, _ id: ID) -> SettingRow {
        SettingRow(name, kind, id, needsPause: true)
    }
}

extension SettingRow {
    /// The setting of a camera that has it.
    ///
    /// - Parameter isNeverWritable: whether it is read-only on this model.
    public func setting<Camera: SDKSettings>(_ acquisition: Acquisition<Camera>, isReadOnly isNeverWritable: Bool)
        -> Setting where Camera.ID == ID
    {
        let setting =
            switch kind {
            case .int:
                make(acquisition, isNeverWritable, or: 0...0) { camera throws(DeviceError) in
                    try camera.intLimits(id)
                } get: { camera throws(DeviceError) in
                    try camera.int(id)
                } set: { camera, value throws(DeviceError) in
                    try camera.setInt(id, to: value)
                }
            case .float:
                make(acquisition, isNeverWritable, or: 0...0) { camera throws(DeviceError) in
                    try camera.floatLimits(id)
                } get: { camera throws(DeviceError) in
                    try camera.float(id)
                } set: { camera, value throws(DeviceError) in
                    try camera.setFloat(id, to: value)
                }
            case .bool:
                make(acquisition, isNeverWritable, or: Anything()) { _ throws(DeviceError) in
                    Anything()
                } get: { camera throws(DeviceError) in
                    try camera.bool(id)
                } set: { camera, value throws(DeviceError) in
                    try camera.setBool(id, to: value)
                }
            case .choice:
                make(acquisition, isNeverWritable, or: nil) { camera throws(DeviceError) in
                    try camera.listedChoices(id)
                } get: { camera throws(DeviceError) in
                    ListedChoice(try camera.choice(id))
                } set: { camera, value throws(DeviceError) in
                    try camera.setChoice(id, to: value.key)
                }
            case .string:
                make(acquisition, isNeverWritable, or: MaximumLength(0)) { camera throws(DeviceError) in
                    MaximumLength(try camera.stringLimit(id))
                } get: { camera throws(DeviceError) in
                    try camera.string(id)
                } set: { camera, value throws(DeviceError) in
                    try camera.setString(id, to: value)
                }
            }
        return isRestored ? setting : setting.notRestored()
    }

    /// - Parameter fallback: the domain while the limits cannot be read; without it, reading them throws.
    private func make<Camera: SDKSettings, Value: SettingValue>(
        _ acquisition: Acquisition<Camera>,
        _ isNeverWritable: Bool,
        or fallback: Value.Domain?,
        domain: @escaping (Camera) throws(DeviceError) -> Value.Domain,
        get: @escaping (Camera) throws(DeviceError) -> Value,
        set: @escaping (Camera, Value) throws(DeviceError) -> Void
    ) -> Setting where Camera.ID == ID {
        let camera = acquisition.camera
        func read<Result>(_ body: (Camera) throws(DeviceError) -> Result) throws -> Result {
            try acquisition.call { try body(camera) }
        }
        func write(_ value: Value) throws {
            try acquisition.change(pausing: needsPause) { try set($0, value) }
        }
        return Setting(
            name,
            in: try fallback.map { fallback in (try? read(domain)) ?? fallback } ?? read(domain),
            get: { try read(get) },
            set: isNeverWritable ? nil : write,
            isReadOnly: { isLocked(acquisition) }
        )
    }

    /// Whether the setting can be written neither now nor in a pause.
    private func isLocked<Camera: SDKSettings>(_ acquisition: Acquisition<Camera>) -> Bool where Camera.ID == ID {
        // The driver pauses the acquisition for a setting that only the acquisition locks.
        if needsPause, acquisition.isRunning { return false }
        return (try? acquisition.call { try !acquisition.camera.canWrite(id) }) ?? false
    }
}
