internal import Pickle

/// What the function behind a row may return.
public protocol RemoteResult {
    var outcome: Outcome { get }
}

extension Completion: RemoteResult {
    public var outcome: Outcome { .pending(self) }
}

extension PythonConvertible {
    public var outcome: Outcome { .value(python) }
}
