internal import Glibc

/// An error of the system's, by its `errno`.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    package let code: Int32
    /// What was being done: `listen on 127.0.0.1:8001`.
    package let act: String

    /// What was wrong, where the number does not tell.
    private let reason: String?

    package init(_ code: Int32, _ act: String = "", reason: String? = nil) {
        self.code = code
        self.act = act
        self.reason = reason
    }

    package var description: String {
        let text = unsafe reason ?? String(cString: strerror(code))
        return act.isEmpty ? text : "\(act): \(text)"
    }
}
