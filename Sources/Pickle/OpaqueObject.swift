/// An object of a class that is not known here, kept for display only.
public struct OpaqueObject: Sendable, Hashable {
    public var type: PythonClass
    public var arguments: [PythonValue]
    public var state: [PythonValue]

    public init(_ type: PythonClass, arguments: [PythonValue], state: [PythonValue] = []) {
        self.type = type
        self.arguments = arguments
        self.state = state
    }
}
