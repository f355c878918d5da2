internal import Devices

extension FeatureRow {
    /// The setting for a feature that the camera has.
    ///
    /// - Parameter isReadOnlyEver: whether it never can be written.
    func setting(_ camera: AndorCamera, _ acquisition: Acquisition, isReadOnly isReadOnlyEver: Bool) -> Setting {
        let (camera, acquisition) = (Gated(camera, acquisition), acquisition)
        func make<Value: SettingValue>(
            _ domain: @autoclosure @escaping () throws -> Value.Domain,
            get: @escaping (AndorCamera) throws -> Value,
            set: @escaping (AndorCamera, Value) throws -> Void
        ) -> Setting {
            Setting(
                name,
                in: try domain(),
                get: { try camera.call(get) },
                set: isReadOnlyEver
                    ? nil : { value in try acquisition.change(pausing: needsPause) { try set($0, value) } },
                isReadOnly: { isReadOnlyNow(camera, acquisition) }
            )
        }
        switch kind {
        case .int:
            return make(camera.limits { try $0.intLimits(feature) } ?? 0...0) {
                try $0.int(feature)
            } set: {
                try $0.setInt(feature, to: $1)
            }
        case .float:
            return make(camera.limits { try $0.floatLimits(feature) } ?? 0...0) {
                try $0.float(feature)
            } set: {
                try $0.setFloat(feature, to: $1)
            }
        case .bool:
            return make(Anything()) {
                try $0.bool(feature)
            } set: {
                try $0.setBool(feature, to: $1)
            }
        case .choice:
            return make(ListedChoices(try camera.call(choices))) {
                ListedChoice(try $0.choice(feature))
            } set: {
                try $0.setChoice(feature, to: $1.key)
            }
        case .string:
            return make(MaximumLength(camera.limits { try $0.stringLimit(feature) } ?? 0)) {
                try $0.string(feature)
            } set: {
                try $0.write(.string($1), to: feature)
            }
        }
    }

    /// What can be chosen; of encodings only those that the driver can read.
    private func choices(_ camera: AndorCamera) throws -> [(key: Int, label: String)] {
        let choices = try camera.choices(feature)
        return feature == "PixelEncoding" ? choices.filter { PixelEncoding(rawValue: $0.label) != nil } : choices
    }

    /// Whether it cannot be written just now, and not after a pause either.
    private func isReadOnlyNow(_ camera: Gated, _ acquisition: Acquisition) -> Bool {
        // What is locked by the images alone is not: the driver pauses them.
        if needsPause, acquisition.isRunning { return false }
        return (try? camera.call { try !$0.canWrite(feature) }) ?? false
    }
}

/// A camera whose calls pass the gate.
private struct Gated {
    private let camera: AndorCamera
    private let acquisition: Acquisition

    init(_ camera: AndorCamera, _ acquisition: Acquisition) { (self.camera, self.acquisition) = (camera, acquisition) }

    func call<Result>(_ body: (AndorCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    /// Limits that cannot always be asked for: of what cannot be read now, clients see none.
    func limits<Limits>(_ body: (AndorCamera) throws -> Limits) -> Limits? { try? call(body) }
}
