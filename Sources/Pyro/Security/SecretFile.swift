internal import Glibc
internal import Platform

/// A file with a key or a password, which other users must not be able to read.
package struct SecretFile {
    private let descriptor: Int32

    /// - Parameter isSecret: whether other users must not be able to read it.
    /// - Throws: the problem with the file, as the rest of a sentence that begins with its name.
    static func check(_ path: String, isSecret: Bool) throws(Problem) {
        let file = try SecretFile(path)
        defer { close(file.descriptor) }
        try file.check(isSecret: isSecret)
    }

    /// The first line of a file, which other users must not be able to read.
    package static func firstLine(of path: String) throws(Problem) -> String {
        let file = try SecretFile(path)
        defer { close(file.descriptor) }
        try file.check(isSecret: true)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, unsafe read(file.descriptor, buffer.baseAddress, buffer.count))
        }
        guard let line = String(validating: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self), !line.isEmpty,
            !line.utf8.contains(0)
        else { throw Problem("does not begin with a line of text") }
        return line
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    package struct Problem: Error {
        /// The problem, as the rest of a sentence that begins with the file's name.
        package let text: String

        init(_ text: String) { self.text = text }
    }

    private init(_ path: String) throws(Problem) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Problem("cannot be read: \(SystemError.text(errno))") }
    }

    private func check(isSecret: Bool) throws(Problem) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Problem("is not a file")
        }
        guard !isSecret || status.st_mode & 0o007 == 0 else {
            throw Problem("can be read by every user of this machine: remove that permission with 'chmod o-rwx'")
        }
    }
}
