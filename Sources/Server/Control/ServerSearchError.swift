/// Why there is no server to ask.
public struct ServerSearchError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
