public import Devices
internal import Pickle

/// The state of a device before the first client connects: its settings, and the exposure, trigger, binning, ROI, transform
/// or power that its kind has.
struct InitialState {
    private let settings: SettingList
    private let interface: RemoteInterface

    init(_ settings: SettingList, _ interface: RemoteInterface) {
        (self.settings, self.interface) = (settings, interface)
    }

    /// Sets all values in their order. Throws one error for all values that were refused.
    func apply(_ wanted: [Preparation.Setting]) throws {
        var refusals: [PreparationError.Refusal] = []
        for setting in wanted {
            do { try set(setting.name, to: setting.value) } catch {
                refusals.append(PreparationError.Refusal(place: setting.place, error: error))
            }
        }
        if !refusals.isEmpty { throw PreparationError(refusals: refusals) }
    }

    private func set(_ name: String, to value: PythonValue) throws {
        // A wheel has a setting 'trigger' of its own.
        if settings.names.contains(name) { return try settings.set(name, to: value) }
        guard let row = rows.first(where: { $0.key == name }) else {
            throw WrongValue(description: "there is no setting " + Suggestion(name, among: known).text)
        }
        guard let arguments = row.arguments(value) else {
            throw WrongValue(description: "'\(name)' must be \(row.description), not \(value.shown)")
        }
        switch row.member {
        case .method(let name): _ = try interface.call(name, CallArguments(arguments))
        case .property(let name): _ = try interface.set(name, to: arguments.first ?? .none)
        }
    }

    private var known: [String] { settings.names + rows.map(\.key).filter { !settings.names.contains($0) } }

    // MARK: Members of kinds

    private struct Row: Sendable {
        enum Member: Sendable { case method(String), property(String) }

        let key: String
        let member: Member
        let description: String
        /// The arguments that a value in the configuration stands for; nil for a wrong one.
        let arguments: @Sendable (PythonValue) -> [PythonValue]?
    }

    /// The rows of the members that the device has.
    private var rows: [Row] {
        Self.rows.filter { row in
            switch row.member {
            case .method(let name): interface.has(method: name)
            case .property(let name): interface.has(property: name)
            }
        }
    }

    private static let rows = [
        Row(
            key: "exposure",
            member: .method("set_exposure_time"),
            description: "a time in seconds",
            arguments: { value in
                seconds(value).map { [.float($0)] }
            }
        ),
        Row(
            key: "trigger",
            member: .method("set_trigger"),
            description:
                "a list of a trigger type (\(words(TriggerType.self))) and a mode (\(words(TriggerMode.self)))",
            arguments: { value in
                guard case .list(let items) = value, items.count == 2 else { return nil }
                guard let type: TriggerType = named(items[0]), let mode: TriggerMode = named(items[1]) else {
                    return nil
                }
                return [type.python, mode.python]
            }
        ),
        Row(
            key: "binning",
            member: .method("set_binning"),
            description: "an integer, or a list of the horizontal and the vertical binning",
            arguments: { value in
                if case .int = value { return [.list([value, value])] }
                return integers(value, count: 2)
            }
        ),
        Row(
            key: "roi",
            member: .method("set_roi"),
            description: "a list of left, top, width and height",
            arguments: { integers($0, count: 4) }
        ),
        Row(
            key: "transform",
            member: .method("set_transform"),
            description: "a list of three of true and false: flip left and right, flip up and down, rotate",
            arguments: { value in
                guard case .list(let items) = value, items.count == 3 else { return nil }
                return items.allSatisfy { if case .bool = $0 { true } else { false } } ? [value] : nil
            }
        ),
        Row(
            key: "power",
            member: .property("power"),
            description: "a number from 0 to 1",
            arguments: { value in number(value).flatMap { (0...1).contains($0) ? [.float($0)] : nil } }
        ),
    ]

    private static func number(_ value: PythonValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .float(let number): number
        default: nil
        }
    }

    private static func seconds(_ value: PythonValue) -> Double? {
        if case .str(let text) = value { return Scalar(plain: text).seconds }
        return number(value)
    }

    private static func integers(_ value: PythonValue, count: Int) -> [PythonValue]? {
        guard case .list(let items) = value, items.count == count else { return nil }
        return items.allSatisfy { if case .int = $0 { true } else { false } } ? [value] : nil
    }

    /// A case of an enum by its name in Swift or Python: `rising edge`, `RISING_EDGE`.
    private static func named<Case: CaseIterable>(_ value: PythonValue) -> Case? {
        guard case .str(let text) = value else { return nil }
        return Case.allCases.first { plain("\($0)") == plain(text) }
    }

    private static func plain(_ word: String) -> String { word.lowercased().filter(\.isLetter) }

    /// The names of an enum's cases: `software, rising edge`.
    private static func words<Case: CaseIterable>(_ type: Case.Type) -> String {
        Case.allCases.map { name in
            "\(name)".map { $0.isUppercase ? " \($0.lowercased())" : "\($0)" }.joined()
        }
        .joined(separator: ", ")
    }
}

/// A value that no attempt can apply, because the device has no such setting or the value has the wrong form.
private struct WrongValue: Error, CustomStringConvertible {
    let description: String
}

/// The values of the initial state that a device refused.
struct PreparationError: Error, CustomStringConvertible {
    fileprivate struct Refusal {
        let place: String
        let error: any Error
    }

    fileprivate let refusals: [Refusal]

    var description: String {
        refusals.map { refusal in
            let place = refusal.place.isEmpty ? "" : "\(refusal.place): "
            return place + ErrorTranslation.text(of: refusal.error)
        }
        .joined(separator: "; ")
    }

    /// Whether another attempt with the same configuration would fail in the same way.
    var isFinal: Bool {
        refusals.contains { refusal in
            switch refusal.error {
            case is WrongValue, is SettingError, is RemoteError: true
            case let error as DeviceError: error.kind == .unsupported
            default: false
            }
        }
    }
}

extension ConfiguredDevice {
    /// Applies the initial settings to an open device, like a server does.
    public func applySettings(to device: any Device) throws {
        let settings = SettingList(device.settings)
        let interface = RemoteInterface(of: device.typeName) { device.remoteMembers }
        try InitialState(settings, interface).apply(
            self.settings.map { Preparation.Setting(name: $0.name, value: $0.value, place: "\($0.place)") }
        )
    }
}
