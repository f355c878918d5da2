internal import Devices
internal import Synchronization

/// An open camera of the SDK's: its features, with errors that say what was asked of which camera.
final class AndorCamera: Sendable {
    let sdk: any AndorSDK
    /// The place by which it was opened, and is opened again if it was lost.
    let index: Int
    let serialNumber: String
    let model: String
    private let handleNumber: Atomic<Int32>
    /// What was written since it was opened, the latest value of each feature, in the order of the writing.
    private let written = Mutex<[(feature: AndorFeature, value: FeatureValue)]>([])
    /// The first error since it was opened, or since it was taken, that says that the camera cannot be reached.
    let loss = Mutex<DeviceError?>(nil)
    private let latestAct = Mutex("AT_Open")

    /// Opens a camera of a library that was started.
    init(_ sdk: any AndorSDK, index: Int) throws(AndorStatus) {
        (self.sdk, self.index) = (sdk, index)
        let handle = try sdk.open(index)
        do throws(AndorStatus) {
            serialNumber = try sdk.string("SerialNumber", handle)
            model = try sdk.string("CameraModel", handle)
        } catch {
            try? sdk.close(handle)
            throw error
        }
        handleNumber = Atomic(handle.number)
    }

    var handle: AndorHandle { AndorHandle(number: handleNumber.load(ordering: .acquiring)) }

    func close() { try? sdk.close(handle) }

    /// Opens it anew after it was lost; throws as long as it is not back, or if another one is in its place.
    func reopen() throws {
        close()
        _ = takeLoss()
        try call("AT_Open") { _ throws(AndorStatus) in
            let handle = try sdk.open(index)
            handleNumber.store(handle.number, ordering: .releasing)
        }
        let found = try call("SerialNumber") { handle throws(AndorStatus) in try sdk.string("SerialNumber", handle) }
        guard found == serialNumber else {
            close()
            throw DeviceError(.initialise, "\(found) is where \(serialNumber) was")
        }
    }

    /// Writes again all that was written, as far as the camera lets it be; throws if it is lost meanwhile.
    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (feature, value) in written.withLock({ $0 }) {
            do { try write(value, to: feature) } catch {
                guard !error.isLoss else { throw error }
                report(error)
            }
        }
    }

    func write(_ value: FeatureValue, to feature: AndorFeature) throws(DeviceError) {
        try call("\(feature) = \(value)") { handle throws(AndorStatus) in
            switch value {
            case .int(let value): try sdk.setInt(feature, handle, to: value)
            case .float(let value): try sdk.setFloat(feature, handle, to: value)
            case .bool(let value): try sdk.setBool(feature, handle, to: value)
            case .choice(let index, _): try sdk.setChoice(feature, handle, to: index)
            case .string(let value): try sdk.setString(feature, handle, to: value)
            }
        }
        written.withLock { written in
            written.removeAll { $0.feature == feature }
            written.append((feature, value))
        }
    }

    /// Makes a call, and says what it was for if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (AndorHandle) throws(AndorStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        note(act)
        do throws(AndorStatus) { return try body(handle) } catch { throw noted(failure(act, error)) }
    }

    /// What was asked of the SDK last, and of which camera.
    var act: String { "\(latestAct.withLock { $0 }) on \(serialNumber)" }

    /// Keeps what is asked of the SDK, for whoever wonders why it does not come back.
    func note(_ act: String) { latestAct.withLock { $0 = act } }

    func failure(_ act: String, _ status: AndorStatus) -> DeviceError {
        // A handle is only wrong while a lost camera has not been found again.
        let status = status == .invalidHandle ? .connection : status
        return DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    /// An error about what the SDK says and cannot be.
    private func nonsense(_ what: AndorFeature, _ value: String) -> DeviceError {
        DeviceError(.failed, "\(serialNumber) has \(what) = \(value), which makes no sense")
    }
}

extension AndorStatus {
    /// What a client is to make of it.
    fileprivate var kind: DeviceError.Kind {
        switch code {
        case 2, 7, 8, 18, 19: .unsupported
        case 4, 5: .incompatibleState
        default: .failed
        }
    }
}

// Features: false or nil where the camera has none of that name.
extension AndorCamera {
    func has(_ feature: AndorFeature) throws(DeviceError) -> Bool {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.has(feature, handle) }
    }

    func canWrite(_ feature: AndorFeature) throws(DeviceError) -> Bool {
        try call("\(feature)") { handle throws(AndorStatus) in
            guard try sdk.has(feature, handle) else { return false }
            return try sdk.canWrite(feature, handle)
        }
    }

    func isReadOnly(_ feature: AndorFeature) throws(DeviceError) -> Bool {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.isReadOnly(feature, handle) }
    }

    func int(_ feature: AndorFeature) throws(DeviceError) -> Int {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.int(feature, handle) }
    }

    /// A number to calculate with; throws if it is not within the bounds.
    func int(_ feature: AndorFeature, within bounds: ClosedRange<Int>) throws(DeviceError) -> Int {
        let value = try int(feature)
        guard bounds.contains(value) else { throw nonsense(feature, "\(value)") }
        return value
    }

    func setInt(_ feature: AndorFeature, to value: Int) throws(DeviceError) {
        try write(.int(value), to: feature)
    }

    func intLimits(_ feature: AndorFeature) throws(DeviceError) -> ClosedRange<Int> {
        let limits = try call("limits of \(feature)") { handle throws(AndorStatus) in
            try sdk.intLimits(feature, handle)
        }
        return limits.lowest...max(limits.lowest, limits.highest)
    }

    func float(_ feature: AndorFeature) throws(DeviceError) -> Double {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.float(feature, handle) }
    }

    func setFloat(_ feature: AndorFeature, to value: Double) throws(DeviceError) {
        try write(.float(value), to: feature)
    }

    func floatLimits(_ feature: AndorFeature) throws(DeviceError) -> ClosedRange<Double> {
        let limits = try call("limits of \(feature)") { handle throws(AndorStatus) in
            try sdk.floatLimits(feature, handle)
        }
        guard !limits.lowest.isNaN else { throw nonsense(feature, "\(limits.lowest) at least") }
        return limits.lowest...max(limits.lowest, limits.highest)
    }

    func bool(_ feature: AndorFeature) throws(DeviceError) -> Bool {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.bool(feature, handle) }
    }

    func setBool(_ feature: AndorFeature, to value: Bool) throws(DeviceError) {
        try write(.bool(value), to: feature)
    }

    func choice(_ feature: AndorFeature) throws(DeviceError) -> Int {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.choice(feature, handle) }
    }

    func setChoice(_ feature: AndorFeature, to index: Int) throws(DeviceError) {
        let label = try? choices(feature).first { $0.key == index }?.label
        try write(.choice(index, label: label ?? "#\(index)"), to: feature)
    }

    /// The choices that the camera has with its present settings.
    func choices(_ feature: AndorFeature) throws(DeviceError) -> [(key: Int, label: String)] {
        try call("choices of \(feature)") { handle throws(AndorStatus) in
            var choices: [(key: Int, label: String)] = []
            for index in 0..<max(0, try sdk.choiceCount(feature, handle))
            where try sdk.hasChoice(feature, handle, at: index) {
                choices.append((index, try sdk.choiceLabel(feature, handle, at: index)))
            }
            return choices
        }
    }

    /// The label of the present choice.
    func label(_ feature: AndorFeature) throws(DeviceError) -> String {
        try call("\(feature)") { handle throws(AndorStatus) in
            try sdk.choiceLabel(feature, handle, at: try sdk.choice(feature, handle))
        }
    }

    /// Makes a choice by its label; throws a `DeviceError` of kind `unsupported` if the camera has none of that name.
    func setLabel(_ feature: AndorFeature, to label: String) throws(DeviceError) {
        guard let choice = try choices(feature).first(where: { $0.label == label }) else {
            throw DeviceError(.unsupported, "\(serialNumber) (\(model)) has no \(feature) '\(label)'")
        }
        try write(.choice(choice.key, label: label), to: feature)
    }

    func string(_ feature: AndorFeature) throws(DeviceError) -> String {
        try call("\(feature)") { handle throws(AndorStatus) in try sdk.string(feature, handle) }
    }

    func stringLimit(_ feature: AndorFeature) throws(DeviceError) -> Int {
        try call("longest \(feature)") { handle throws(AndorStatus) in try sdk.stringLimit(feature, handle) }
    }

    func perform(_ command: AndorFeature) throws(DeviceError) {
        try call("\(command)") { handle throws(AndorStatus) in try sdk.perform(command, handle) }
    }
}

/// Whether it can be reached.
extension AndorCamera {
    /// Whether it can be reached, by what only the camera itself can tell.
    var isThere: Bool {
        do throws(DeviceError) {
            if try has("CameraPresent"), try !bool("CameraPresent") {
                throw noted(failure("CameraPresent", .connection))
            }
            if try has("SensorTemperature") { _ = try float("SensorTemperature") }
            return true
        } catch { return !error.isLoss }
    }

    /// The error by which it was found that the camera cannot be reached, once.
    func takeLoss() -> DeviceError? {
        loss.withLock { loss in
            defer { loss = nil }
            return loss
        }
    }

    /// What is said to whoever uses a lost camera.
    func lossError(_ reason: DeviceError) -> DeviceError {
        DeviceError(.failed, "\(serialNumber) is lost, and looked for: \(reason.message)", cause: reason.cause)
    }

    /// Keeps an error that says that the camera cannot be reached, and hands it on.
    func noted(_ error: DeviceError) -> DeviceError {
        if error.isLoss { loss.withLock { $0 = $0 ?? error } }
        return error
    }
}

/// A value that was given to a feature.
enum FeatureValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case float(Double)
    case bool(Bool)
    case choice(Int, label: String)
    case string(String)

    /// As it reads in an error: `ExposureTime = 1e9`.
    var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .float(let value): Self.short(value)
        case .bool(let value): "\(value)"
        case .choice(_, let label): label
        case .string(let value): "'\(value)'"
        }
    }

    /// As people write it: `1e9`, not `1000000000.0`.
    private static func short(_ value: Double) -> String {
        guard value.magnitude < 1e18, value.rounded() == value else { return "\(value)" }
        let digits = "\(Int(value.magnitude))"
        let zeros = digits.reversed().prefix { $0 == "0" }.count
        let sign = value < 0 ? "-" : ""
        guard zeros >= 6 else { return sign + digits }
        let rest = digits.dropFirst().dropLast(zeros)
        return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(digits.count - 1)"
    }
}
