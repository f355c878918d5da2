import Contracts
import Devices
import Pickle

extension Client {
    func description(_ setting: String) throws -> PythonDictionary {
        guard case .dict(let description) = try call("describe_setting", .str(setting)) else {
            throw DeviceError(.failed, "no description")
        }
        return description
    }

    /// The key of a choice by its label.
    func choose(_ setting: String, _ label: String) throws {
        guard case .list(let choices)? = try description(setting)["values"] else {
            throw DeviceError(.failed, "\(setting) has no choices")
        }
        for case .tuple(let pair) in choices where pair[1] == .str(label) { return try change(setting, to: pair[0]) }
        throw DeviceError(.failed, "\(setting) has no choice \(label)")
    }
}
