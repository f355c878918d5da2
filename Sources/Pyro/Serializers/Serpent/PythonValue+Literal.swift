public import Pickle

extension PythonValue {
    /// The value that a literal of Python's stands for, such as `[0, 1.5, 'red']`; nil if the text is none.
    public init?(literal text: String) {
        var reader = SerpentReader(Array(text.utf8)[...])
        guard let value = try? reader.whole() else { return nil }
        self = value
    }
}
