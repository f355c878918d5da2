public import Pickle

/// What goes wrong in a call before it reaches the hardware, with one Python exception for each case.
public enum RemoteError: Error, Equatable {
    /// `AttributeError`
    case attribute(String)
    /// `TypeError`
    case type(String)
    /// `ValueError`
    case value(String)
    /// `KeyError` with the key that is not there
    case key(String)
    /// `KeyError` with a key that is no text, as all keys are
    case noKey(PythonValue)
    /// `IndexError`
    case index(String)
    /// `NotImplementedError`
    case notImplemented(String)
}
