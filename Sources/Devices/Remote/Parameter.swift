/// One argument of a remote method, which a client may give by position or by name.
public struct Parameter<Value: PythonConvertible>: ExpressibleByStringLiteral {
    let name: String
    let otherName: String?
    let fallback: Value?

    /// - Parameters:
    ///   - otherName: what some classes of python-microscope call the same argument.
    ///   - fallback: what the method gets when the client leaves the argument out.
    public init(_ name: String, or otherName: String? = nil, default fallback: Value? = nil) {
        self.name = name
        self.otherName = otherName
        self.fallback = fallback
    }

    public init(stringLiteral name: String) { self.init(name) }
}
