/// A class of Python's by its module and name, which is all of it that ever travels.
public struct PythonClass: Sendable, Hashable, CustomStringConvertible {
    public let module: String
    public let name: String

    public init(_ module: String, _ name: String) {
        self.module = module
        self.name = name
    }

    /// The class as Python would print it: `microscope.ROI`.
    public var description: String { "\(module).\(name)" }
}
