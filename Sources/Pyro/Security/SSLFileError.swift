/// Why a certificate or a key cannot be used.
public struct SSLFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which of the files is at fault.
    public let part: SSLFiles.Part
    public let description: String

    init(_ part: SSLFiles.Part, _ path: String, _ problem: String) { self.init(part, "'\(path)' \(problem)") }

    init(_ part: SSLFiles.Part, _ description: String) { (self.part, self.description) = (part, description) }
}
