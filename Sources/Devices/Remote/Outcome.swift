public import Pickle

/// What a remote call comes to: a value at once, or one that has to be waited for.
public enum Outcome {
    case value(PythonValue)
    case pending(Completion)
}
