/// The name of a device of a type that is known: the Pyro object's id.
public struct DeviceName<Named>: Sendable, ExpressibleByStringInterpolation {
    let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.init(text) }
}
