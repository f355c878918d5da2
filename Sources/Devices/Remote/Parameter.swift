/// One argument of a remote method, which a client may give by position or by name.
public struct Parameter<Value: PythonConvertible>: ExpressibleByStringLiteral {
    let name: String
    let fallback: Value?

    /// - Parameter fallback: what the method gets when the client leaves the argument out.
    public init(_ name: String, default fallback: Value? = nil) {
        self.name = name
        self.fallback = fallback
    }

    public init(stringLiteral name: String) { self.init(name) }
}
