import Glibc
import Testing

/// A folder that is there for as long as a test holds it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/device-server-tests.XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
        }
        try #require(made, "there is no place for temporary files")
        path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    deinit { removeTree(path) }

    @discardableResult
    func write(_ text: String, to name: String) -> String { write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) -> String {
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        #expect(written == bytes.count)
        return "\(path)/\(name)"
    }

    /// The text of a file; nil if there is none.
    func read(_ name: String) -> String? {
        let file = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                count = max(unsafe Glibc.read(file, buffer.baseAddress, buffer.count), 0)
            }
            if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk
        }
    }

    func lines(_ name: String) -> [Substring] { (read(name) ?? "").split(separator: "\n") }

    /// The names of what is in the folder.
    var names: [String] { Self.names(in: path) }

    /// The names of what is in a folder of this folder.
    func names(in folder: String) -> [String] { Self.names(in: "\(path)/\(folder)") }

    private static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a folder with all that is in it.
    func remove(_ name: String) { removeTree("\(path)/\(name)") }

    private func removeTree(_ path: String) {
        for name in Self.names(in: path) { removeTree("\(path)/\(name)") }
        unsafe Glibc.remove(path)
    }
}
