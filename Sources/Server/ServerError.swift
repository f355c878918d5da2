internal import Platform

/// An error of the server itself, described in one sentence.
public struct ServerError: Error, CustomStringConvertible {
    public let description: String

    /// - Parameter code: an error number of the system, whose meaning is appended.
    init(_ text: String, _ code: Int32? = nil) {
        description = code.map { "\(text): \(SystemError.text($0))" } ?? text
    }
}
