public import Pickle

/// What a call comes to: a value, or items that the client fetches one after another.
public enum CallResult {
    case value(PythonValue)
    case items(any ItemSource)
}

/// An iterator that a client goes through from afar.
public protocol ItemSource: AnyObject, Sendable {
    /// The next item, or nil after the last one.
    func next() throws -> PythonValue?
}
