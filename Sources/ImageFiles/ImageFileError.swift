/// Why an image could not be written or read.
public struct ImageFileError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// From the text that the C functions left, which ends with a zero.
    init(_ problem: [CChar], with path: String) {
        let text = String(decoding: problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // libtiff names the file itself, where it could not be opened.
        self.init(text.hasPrefix("\(path): ") ? text : "\(path): \(text)")
    }
}
