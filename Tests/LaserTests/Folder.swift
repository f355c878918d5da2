import Glibc

/// A folder of a test's own, with a link in it.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/laser-XXXXXX".utf8CString)
        // Without a folder the link in it cannot be made, which the port then says.
        path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/tmp/none"
    }

    deinit { unsafe rmdir(path) }
}
