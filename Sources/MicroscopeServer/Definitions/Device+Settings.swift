public import Devices
internal import Pickle

extension Device {
    /// Gives a setting a value, as a client would, for functions that configure what they open.
    ///
    /// - Parameter value: for a choice its key or its label.
    public func setSetting(_ name: String, to value: any PythonConvertible) throws {
        try SettingList(settings).set(name, to: value.python)
    }
}
