internal import Glibc

/// Why a log file cannot be written.
struct LogFileError: Error, CustomStringConvertible {
    let path: String
    let code: CInt

    var description: String { "cannot write the log file \(path): \(unsafe String(cString: strerror(code)))" }
}
