/// Why an image could not be written.
public struct ImageFileError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
