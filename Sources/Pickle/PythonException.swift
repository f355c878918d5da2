/// An exception of Python's: its class, what it was made with, and what was hung on to it.
public struct PythonException: Error, Sendable, Hashable {
    public var type: PythonClass
    public var arguments: [PythonValue]
    /// Attributes beside the arguments; Pyro puts the remote traceback here.
    public var attributes: PythonDictionary

    public init(_ type: PythonClass, _ arguments: [PythonValue], attributes: PythonDictionary = [:]) {
        self.type = type
        self.arguments = arguments
        self.attributes = attributes
    }

    /// An exception of a built-in class with one text.
    public init(_ name: String, _ message: String) {
        self.init(PythonClass("builtins", name), [.str(message)])
    }
}

extension PythonException {
    /// What it says, as Python's `str` gives it: the text alone, where there is one.
    public var text: String {
        if case .str(let text)? = arguments.first, arguments.count == 1 { return text }
        return description
    }
}

extension PythonException: CustomStringConvertible {
    public var description: String {
        let texts = arguments.map { if case .str(let text) = $0 { text } else { "\($0)" } }
        return "\(type.name): \(texts.joined(separator: ", "))"
    }
}
