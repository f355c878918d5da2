public import Pickle

/// Why a setting cannot be read or written.
public enum SettingError: Error, Equatable {
    /// `KeyError` in Python
    case unknown(String)
    /// `NotImplementedError` in Python
    case readOnly(String)
    /// `ValueError` in Python
    case outOfRange(String, PythonValue, allowed: PythonValue)
    /// `TypeError` in Python
    case wrongType(String, expected: String, got: String)
    /// `Exception` in Python: `update_settings` was to set everything and lacks some
    case missing([String])
}
