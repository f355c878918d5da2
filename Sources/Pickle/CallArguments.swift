/// The arguments of one call, as Python sends them.
public struct CallArguments: Sendable {
    public var positional: [PythonValue]
    public var keywords: PythonDictionary

    public init(_ positional: [PythonValue] = [], keywords: PythonDictionary = [:]) {
        self.positional = positional
        self.keywords = keywords
    }
}
