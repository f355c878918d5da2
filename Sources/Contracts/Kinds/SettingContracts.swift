internal import Devices
internal import Pickle

/// The contracts of the settings of every device.
enum SettingContracts {
    static let all = [
        Contract("a device's settings are described as clients expect", areDescribed),
        Contract("a device's settings can be sent back unchanged", canBeSentBack),
        Contract("a device refuses invalid values of its settings, and keeps their values", refuseWhatTheyCannotBe),
        Contract("a device's settings can be each of the choices offered", effects: [.settings], canBeEachChoice),
    ]

    private static let types: [PythonValue] = ["int", "float", "bool", "str", "tuple", "enum"]

    private static func areDescribed(device: any Device, trial: Trial) throws {
        guard case .list(let rows) = try trial.client.call("describe_settings") else {
            return trial.violate("describe_settings() is not a list")
        }
        for row in rows {
            guard case .tuple(let pair) = row, pair.count == 2, case .dict(let description) = pair[1] else {
                trial.violate("\(row.shown) is not a pair of name and description")
                continue
            }
            let name = pair[0].shown
            let keys: [PythonValue] = ["type", "values", "readonly", "cached"]
            trial.expect("keys of the description of \(name)", description.pairs.map(\.key), is: keys)
            if let type = description["type"], !types.contains(type) { trial.violate("\(name) has type \(type.shown)") }
            trial.expect("describe_setting(\(name))", try trial.client.call("describe_setting", pair[0]), is: pair[1])
        }
    }

    private static func canBeSentBack(device: any Device, trial: Trial) throws {
        // Settings that cannot be written may change by themselves, as temperatures do.
        let names = device.settings.filter { !$0.isReadOnly }.map(\.name)
        let all = try trial.client.call("get_all_settings")
        guard case .dict(let values) = all else { return trial.violate("get_all_settings() is not a dict") }
        for isComplete in [false, true] {
            try trial.client.call("update_settings", all, .bool(isComplete))
            guard case .dict(let now) = try trial.client.call("get_all_settings") else { continue }
            for name in names {
                trial.expect("'\(name)' after update_settings", now[.str(name)], is: values[.str(name)])
            }
        }
    }

    private static func refuseWhatTheyCannotBe(device: any Device, trial: Trial) {
        trial.expect("get_setting('no such setting')", isRefusedBy: .key) {
            _ = try trial.client.setting("no such setting")
        }
        for setting in device.settings { trial.attempt("'\(setting.name)'") { try refuses(setting, trial) } }
    }

    private static func refuses(_ setting: Setting, _ trial: Trial) throws {
        let (name, before) = (setting.name, try? setting.get())
        guard !setting.isReadOnly else {
            return trial.expect("setting '\(name)', which is read-only", isRefusedBy: .notImplemented) {
                try trial.client.change(name, to: before ?? .none)
            }
        }
        trial.expect("'\(name)' = {}", isRefusedBy: .type, .value) { try trial.client.change(name, to: .dict([:])) }
        for value in try valuesBeyondLimits(of: setting) {
            trial.expect("'\(name)' = \(value.shown)", isRefusedBy: .value) { try trial.client.change(name, to: value) }
        }
        trial.expect("'\(name)' after what was refused", try? setting.get(), is: before)
    }

    private static func valuesBeyondLimits(of setting: Setting) throws -> [PythonValue] {
        guard case .dict(let description) = try setting.describe(), case .tuple(let limits)? = description["values"],
            limits.count == 2
        else { return [] }
        switch (limits[0], limits[1]) {
        case (.int(let low), .int(let high)):
            return [low.subtractingReportingOverflow(1), high.addingReportingOverflow(1)]
                .filter { !$0.overflow }.map { .int($0.partialValue) }
        case (.float(let low), .float(let high)):
            // There is nothing beyond infinite limits.
            return [low.nextDown, high.nextUp, .nan].filter { !($0 >= low && $0 <= high) }.map { .float($0) }
        default: return []
        }
    }

    private static func canBeEachChoice(device: any Device, trial: Trial) throws {
        for setting in device.settings where setting.type == .enumeration && !setting.isReadOnly {
            let before = try setting.get()
            defer { trial.attempt("'\(setting.name)' could not be set back") { try setting.set(before) } }
            guard case .dict(let description) = try setting.describe(), case .list(let choices)? = description["values"]
            else {
                trial.violate("'\(setting.name)' has no list of choices")
                continue
            }
            for choice in choices {
                guard case .tuple(let pair) = choice, pair.count == 2 else {
                    trial.violate("\(choice.shown), a choice of '\(setting.name)', is not a pair")
                    continue
                }
                trial.attempt("'\(setting.name)' = \(choice.shown)") {
                    try setting.set(pair[0])
                    trial.expect("'\(setting.name)'", try setting.get(), is: pair[0])
                }
            }
        }
    }
}
