internal import Devices
internal import SDKCameras

/// A value that was written to a feature, which a camera gets again after a loss of power.
enum FeatureValue: Sendable {
    case int(Int), float(Double), bool(Bool), choice(Int), text(String)
}

extension AravisCamera: SDKSettings {
    /// Uses the node of a feature, after its selectors have been set.
    ///
    /// The acquisition's gate admits one call at a time, so that nobody selects something else meanwhile.
    private func use<Result>(
        _ id: FeatureID,
        _ body: (UInt) throws(AravisStatus) -> Result
    ) throws(DeviceError) -> Result {
        for selection in id.selections {
            guard let selector = try node(selection.selector) else { throw absent(selection.selector) }
            try call("\(selection.selector) = \(selection.entry)") { _ throws(AravisStatus) in
                if library.kind(of: selector) == .choice {
                    guard try library.choice(selector) != selection.key else { return }
                    try library.setChoice(selector, to: selection.key)
                } else {
                    try library.setInt(selector, to: selection.key)
                }
            }
        }
        guard let node = try node(id.name) else { throw absent(id.name) }
        return try call("\(id)") { _ throws(AravisStatus) in try body(node) }
    }

    /// Whether a feature is there and can be used with the present settings.
    func isAvailable(_ id: FeatureID) throws(DeviceError) -> Bool {
        guard try node(id.name) != nil else { return false }
        return try use(id) { node throws(AravisStatus) in
            guard try library.isImplemented(node) else { return false }
            return try library.isAvailable(node)
        }
    }

    func kind(of name: String) throws(DeviceError) -> AravisLibrary.NodeKind? {
        try node(name).map { library.kind(of: $0) }
    }

    func canWrite(_ id: FeatureID) throws(DeviceError) -> Bool {
        try use(id) { node throws(AravisStatus) in
            guard library.isWritable(node), try library.isAvailable(node) else { return false }
            return try !library.isLocked(node)
        }
    }

    func write(_ value: FeatureValue, to id: FeatureID) throws(DeviceError) {
        switch value {
        case .int(let value): try setInt(id, to: value)
        case .float(let value): try setFloat(id, to: value)
        case .bool(let value): try setBool(id, to: value)
        case .choice(let value): try setChoice(id, to: value)
        case .text(let value): try setString(id, to: value)
        }
    }

    func int(_ id: FeatureID) throws(DeviceError) -> Int {
        try use(id) { node throws(AravisStatus) in try library.int(node) }
    }

    /// Writes the nearest number that the increment allows; the library does not look at it.
    func setInt(_ id: FeatureID, to value: Int) throws(DeviceError) {
        try use(id) { node throws(AravisStatus) in
            let (limits, step) = try library.intLimits(node)
            try library.setInt(node, to: Increment.nearest(to: value, limits, step))
        }
        written.note(.int(value), for: id)
    }

    func intLimits(_ id: FeatureID) throws(DeviceError) -> ClosedRange<Int> {
        try use(id) { node throws(AravisStatus) in try library.intLimits(node).limits }
    }

    func float(_ id: FeatureID) throws(DeviceError) -> Double {
        let value = try use(id) { node throws(AravisStatus) in try library.float(node) }
        guard value.isFinite else {
            throw DeviceError(.failed, "\(serialNumber) reports \(id) = \(value), which is not plausible")
        }
        return value
    }

    func setFloat(_ id: FeatureID, to value: Double) throws(DeviceError) {
        try use(id) { node throws(AravisStatus) in
            let (limits, step) = try library.floatLimits(node)
            try library.setFloat(node, to: Increment.nearest(to: value, limits, step))
        }
        written.note(.float(value), for: id)
    }

    func floatLimits(_ id: FeatureID) throws(DeviceError) -> ClosedRange<Double> {
        try use(id) { node throws(AravisStatus) in try library.floatLimits(node).limits }
    }

    func bool(_ id: FeatureID) throws(DeviceError) -> Bool {
        try use(id) { node throws(AravisStatus) in try library.bool(node) }
    }
    func setBool(_ id: FeatureID, to value: Bool) throws(DeviceError) {
        try use(id) { node throws(AravisStatus) in try library.setBool(node, to: value) }
        written.note(.bool(value), for: id)
    }

    func choice(_ id: FeatureID) throws(DeviceError) -> Int {
        try use(id) { node throws(AravisStatus) in try library.choice(node) }
    }
    func setChoice(_ id: FeatureID, to key: Int) throws(DeviceError) {
        try use(id) { node throws(AravisStatus) in try library.setChoice(node, to: key) }
        written.note(.choice(key), for: id)
    }

    /// The entries that the camera has now; of pixel formats, those that the driver can read.
    func listedChoices(_ id: FeatureID) throws(DeviceError) -> ListedChoices {
        let choices = try choices(id)
        guard id == "PixelFormat" else { return ListedChoices(choices) }
        return ListedChoices(choices.filter { CameraFormat(code: $0.key) != nil })
    }

    func choices(_ id: FeatureID) throws(DeviceError) -> [(key: Int, label: String)] {
        try use(id) { node throws(AravisStatus) in try library.choices(node) }
    }

    /// The name of the entry that a feature has.
    func choiceName(_ id: FeatureID) throws(DeviceError) -> String? {
        let key = try choice(id)
        return try choices(id).first { $0.key == key }?.label
    }

    /// Selects an entry by its name; false if the camera does not have it now.
    @discardableResult
    func setChoice(_ id: FeatureID, named name: String) throws(DeviceError) -> Bool {
        guard let entry = try choices(id).first(where: { $0.label == name }) else { return false }
        try setChoice(id, to: entry.key)
        return true
    }

    func string(_ id: FeatureID) throws(DeviceError) -> String {
        try use(id) { node throws(AravisStatus) in try library.string(node) }
    }
    func setString(_ id: FeatureID, to value: String) throws(DeviceError) {
        try use(id) { node throws(AravisStatus) in try library.setString(node, to: value) }
        written.note(.text(value), for: id)
    }
    func stringLimit(_ id: FeatureID) throws(DeviceError) -> Int {
        try use(id) { node throws(AravisStatus) in try library.stringLimit(node) }
    }

    /// The step of a number, its unit and its description.
    func details(_ feature: Feature) throws(DeviceError) -> (step: Double, unit: String, tooltip: String) {
        try use(feature.id) { node throws(AravisStatus) in
            let step =
                switch feature.kind {
                case .int: Double(try library.intLimits(node).step)
                case .float: try library.floatLimits(node).step
                default: 0.0
                }
            return (step, library.unit(of: node, feature.kind), library.tooltip(of: node))
        }
    }
}

/// The numbers that a feature with limits and a step can have.
enum Increment {
    static func nearest(to value: Int, _ limits: ClosedRange<Int>, _ step: Int) -> Int {
        let value = min(max(value, limits.lowerBound), limits.upperBound)
        // A step makes no sense where the limits are those of the type.
        let (distance, isWide) = value.subtractingReportingOverflow(limits.lowerBound)
        guard step > 1, !isWide, distance < Int.max - step else { return value }
        let rounded = limits.lowerBound + (distance + step / 2) / step * step
        return rounded <= limits.upperBound ? rounded : rounded - step
    }

    static func nearest(to value: Double, _ limits: ClosedRange<Double>, _ step: Double) -> Double {
        let value = min(max(value, limits.lowerBound), limits.upperBound)
        guard step > 0 else { return value }
        let rounded = limits.lowerBound + ((value - limits.lowerBound) / step).rounded() * step
        return rounded <= limits.upperBound ? rounded : rounded - step
    }
}
