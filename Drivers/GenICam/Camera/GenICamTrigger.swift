public import Devices
internal import SDKCameras

/// The combinations of trigger features, with the type and mode that clients know.
struct GenICamTrigger: Sendable, Equatable {
    let type: TriggerType
    let mode: TriggerMode

    /// One image for each call.
    static let software = GenICamTrigger(type: .software, mode: .once)
    /// One image after another.
    static let freeRun = GenICamTrigger(type: .software, mode: .strobe)

    init(type: TriggerType, mode: TriggerMode) { (self.type, self.mode) = (type, mode) }

    /// The selectors by which an image is started, in the order in which cameras have them.
    private static let starts = ["FrameStart", "FrameBurstStart", "ExposureStart", "AcquisitionStart"]

    /// The features `TriggerMode` and so on for what starts an image; nil if the camera has no triggers.
    private static func selections(_ camera: AravisCamera) throws(DeviceError) -> [FeatureID.Selection]? {
        guard try camera.node("TriggerMode") != nil else { return nil }
        guard try camera.node("TriggerSelector") != nil else { return [] }
        let entries = try camera.choices("TriggerSelector")
        for start in starts {
            guard let entry = entries.first(where: { $0.label == start }) else { continue }
            return [FeatureID.Selection(selector: "TriggerSelector", key: entry.key, entry: start)]
        }
        return nil
    }

    private static func feature(_ name: String, _ selections: [FeatureID.Selection]) -> FeatureID {
        FeatureID(name, selections)
    }

    static func triggering(of camera: AravisCamera) throws(DeviceError) -> Triggering {
        guard let trigger = try? GenICamTrigger(camera) else { return .external }
        if trigger == .software { return .software }
        return trigger == .freeRun ? .freeRunning : .external
    }

    /// The combination that the camera is set to.
    init(_ camera: AravisCamera) throws(DeviceError) {
        guard let selections = try Self.selections(camera),
            try camera.choiceName(Self.feature("TriggerMode", selections)) == "On"
        else {
            self = .freeRun
            return
        }
        let source = try camera.choiceName(Self.feature("TriggerSource", selections))
        guard source != "Software" else {
            self = .software
            return
        }
        let activation = try Self.ifThere("TriggerActivation", selections, camera)
        let isBulb = try Self.ifThere("ExposureMode", [], camera) == "TriggerWidth"
        let isFalling = activation == "FallingEdge" || activation == "LevelLow"
        self.init(type: isFalling ? .fallingEdge : .risingEdge, mode: isBulb ? .bulb : .once)
    }

    private static func ifThere(
        _ name: String,
        _ selections: [FeatureID.Selection],
        _ camera: AravisCamera
    ) throws(DeviceError) -> String? {
        let id = feature(name, selections)
        return try camera.isAvailable(id) ? camera.choiceName(id) : nil
    }

    /// The lines that can start an image.
    static func lines(_ camera: AravisCamera) throws(DeviceError) -> [(key: Int, label: String)] {
        guard let selections = try selections(camera) else { return [] }
        return try camera.choices(feature("TriggerSource", selections)).filter { $0.label != "Software" }
    }

    /// Writes the combination to the camera.
    ///
    /// - Parameter line: the entry of `TriggerSource` for signals.
    func write(to camera: AravisCamera, line: String) throws(DeviceError) {
        guard isPossible else { throw unsupported(camera) }
        guard let selections = try Self.selections(camera) else {
            guard self != .freeRun else { return }
            throw unsupported(camera)
        }
        try switchOff(camera)
        // A limited rate would let triggers pass unnoticed.
        for name in ["AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled"] where self != .freeRun {
            if try camera.kind(of: name) == .bool, try camera.canWrite(FeatureID(name)) {
                try camera.setBool(FeatureID(name), to: false)
            }
        }
        try setExposureMode(camera)
        guard self != .freeRun else { return }
        let source = type == .software ? "Software" : line
        guard try camera.setChoice(Self.feature("TriggerSource", selections), named: source) else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no trigger source \(source)")
        }
        let activation = Self.feature("TriggerActivation", selections)
        if type != .software {
            let edge = type == .fallingEdge ? "FallingEdge" : "RisingEdge"
            guard try camera.isAvailable(activation) else {
                guard type == .risingEdge else { throw unsupported(camera) }
                return try on(camera, selections)
            }
            guard try camera.setChoice(activation, named: edge) else { throw unsupported(camera) }
        }
        try on(camera, selections)
    }

    private func on(_ camera: AravisCamera, _ selections: [FeatureID.Selection]) throws(DeviceError) {
        guard try camera.setChoice(Self.feature("TriggerMode", selections), named: "On") else {
            throw unsupported(camera)
        }
    }

    private var isPossible: Bool {
        switch (type, mode) {
        case (.software, .once), (.software, .strobe), (.risingEdge, .once), (.fallingEdge, .once),
            (.risingEdge, .bulb), (.fallingEdge, .bulb):
            true
        default: false
        }
    }

    private func unsupported(_ camera: AravisCamera) -> DeviceError {
        DeviceError(.unsupported, "\(camera.serialNumber) has no trigger of type \(type) and mode \(mode)")
    }

    /// Switches off the triggers of all selectors, one of which could hold back what another one starts.
    private func switchOff(_ camera: AravisCamera) throws(DeviceError) {
        guard try camera.node("TriggerSelector") != nil else {
            try camera.setChoice("TriggerMode", named: "Off")
            return
        }
        for entry in try camera.choices("TriggerSelector") {
            let selection = FeatureID.Selection(selector: "TriggerSelector", key: entry.key, entry: entry.label)
            let mode = FeatureID("TriggerMode", [selection])
            if try camera.isAvailable(mode) { try camera.setChoice(mode, named: "Off") }
        }
    }

    private func setExposureMode(_ camera: AravisCamera) throws(DeviceError) {
        let wanted = mode == .bulb ? "TriggerWidth" : "Timed"
        guard try camera.isAvailable("ExposureMode"), try camera.canWrite("ExposureMode") else {
            guard mode != .bulb else { throw unsupported(camera) }
            return
        }
        let isSet = try camera.setChoice("ExposureMode", named: wanted)
        guard isSet || mode != .bulb else { throw unsupported(camera) }
    }
}

extension GenICamCamera {
    public var triggerType: TriggerType { get throws { try call { try GenICamTrigger($0).type } } }
    public var triggerMode: TriggerMode { get throws { try call { try GenICamTrigger($0).mode } } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let wanted = GenICamTrigger(type: type, mode: mode)
        try acquisition.call {
            guard try GenICamTrigger(camera) != wanted else { return }
            try acquisition.whilePaused { try wanted.write(to: camera, line: triggerLine) }
        }
    }

    /// The setting that says which line starts images.
    var lineSetting: Setting {
        Setting(
            "trigger line",
            in: ListedChoices(try self.call { try GenICamTrigger.lines($0) }),
            get: {
                let lines = try self.call { try GenICamTrigger.lines($0) }
                return ListedChoice(lines.first { $0.label == self.triggerLine }?.key ?? -1)
            },
            set: { choice in
                let lines = try self.call { try GenICamTrigger.lines($0) }
                guard let line = lines.first(where: { $0.key == choice.key }) else { return }
                self.triggerLine = line.label
                let trigger = try self.call { try GenICamTrigger($0) }
                guard trigger.type != .software else { return }
                try self.acquisition.whilePaused { try trigger.write(to: self.camera, line: line.label) }
            }
        )
    }
}
