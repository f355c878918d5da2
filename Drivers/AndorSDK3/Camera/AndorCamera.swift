internal import Devices
internal import SDKCameras
internal import Synchronization

/// An open camera of the SDK: access to its features, with errors that name the call and the camera.
final class AndorCamera: Sendable {
    let sdk: any AndorSDK
    /// The index by which it was opened, and is reopened after a loss.
    let index: Int
    let serialNumber: String
    let model: String
    /// The SDK's handle, or ``closed``: the SDK may give the number of a closed camera to another one.
    private let handleNumber: Atomic<Int32>
    private static let closed: Int32 = -1
    private let written = WrittenValues<AndorFeature, FeatureValue>()
    let contact = Contact("AT_Open")

    /// Opens a camera of a library that has been initialised.
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

    /// The handle of the open camera; throws `invalidHandle` while it is closed.
    var handle: AndorHandle {
        get throws(AndorStatus) {
            let number = handleNumber.load(ordering: .acquiring)
            guard number != Self.closed else { throw .invalidHandle }
            return AndorHandle(number: number)
        }
    }

    /// Closes the camera if it is open.
    func close() {
        let number = handleNumber.exchange(Self.closed, ordering: .acquiringAndReleasing)
        if number != Self.closed { try? sdk.close(AndorHandle(number: number)) }
    }

    /// Reopens the camera after a loss; throws while it is not back, or if another camera is in its place.
    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("AT_Open")
        do throws(AndorStatus) { handleNumber.store(try sdk.open(index).number, ordering: .releasing) } catch {
            throw contact.noted(failure("AT_Open", error))
        }
        let found = try call("SerialNumber") { handle throws(AndorStatus) in try sdk.string("SerialNumber", handle) }
        guard found == serialNumber else {
            close()
            throw DeviceError(.initialise, "found \(found) in the place of \(serialNumber)")
        }
    }

    /// Writes all features again as far as the camera allows; throws if the camera is lost meanwhile.
    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (feature, value) in written.all {
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
        written.note(value, for: feature)
    }

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (AndorHandle) throws(AndorStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(AndorStatus) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: AndorStatus) -> DeviceError {
        // The handle is invalid only while a lost camera has not been found again.
        let status = status == .invalidHandle ? .connection : status
        return DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    /// An error about an implausible value from the SDK.
    private func nonsense(_ what: AndorFeature, _ value: String) -> DeviceError {
        DeviceError(.failed, "\(serialNumber) reports \(what) = \(value), which is not plausible")
    }
}

extension AndorStatus {
    /// The kind of error that a client gets.
    fileprivate var kind: DeviceError.Kind {
        switch code {
        case 2, 7, 8, 18, 19: .unsupported
        case 4, 5: .incompatibleState
        default: .failed
        }
    }
}

// Features: false or nil if the camera does not have the feature.
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

    /// A number that is safe to calculate with; throws if it is out of bounds.
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

    /// The choices that are available with the camera's present settings.
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

    /// The label of the current choice.
    func label(_ feature: AndorFeature) throws(DeviceError) -> String {
        try call("\(feature)") { handle throws(AndorStatus) in
            try sdk.choiceLabel(feature, handle, at: try sdk.choice(feature, handle))
        }
    }

    /// Selects a choice by its label; throws a `DeviceError` of kind `unsupported` if the camera does not have it.
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

/// Detection of a lost camera.
extension AndorCamera {
    /// Whether the camera responds, judged by features that only the camera itself can answer.
    var isThere: Bool {
        do throws(DeviceError) {
            if try has("CameraPresent"), try !bool("CameraPresent") {
                throw contact.noted(failure("CameraPresent", .connection))
            }
            if try has("SensorTemperature") { _ = try float("SensorTemperature") }
            return true
        } catch { return !error.isLoss }
    }
}

/// A value written to a feature.
enum FeatureValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case float(Double)
    case bool(Bool)
    case choice(Int, label: String)
    case string(String)

    /// As shown in an error: `ExposureTime = 1e9`.
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
