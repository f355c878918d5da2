internal import COpenSSL

/// What OpenSSL says of the last thing that went wrong on this thread.
enum OpenSSLError {
    /// Empties the list of errors, the first of which is the cause of the others.
    static var text: String {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return "unknown error" }
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
