internal import Glibc

/// What went wrong between the supervisor and a worker.
struct ControlError: Error, CustomStringConvertible {
    let description: String

    init(_ text: String, _ code: Int32? = nil) {
        description = code.map { "\(text): \(unsafe String(cString: strerror($0)))" } ?? text
    }
}
