internal import Glibc

/// A failed call to the operating system: what was tried, and the system's error number.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was tried, with the thing that it was tried on: `cannot open /dev/ttyUSB0`.
    public let act: String
    /// The error number, as `errno` has it.
    public let code: Int32

    public init(_ act: String, code: Int32) {
        self.act = act
        self.code = code
    }

    /// The error of the call that this thread has just made.
    // A closure, since making the text could change the number.
    public init(_ act: @autoclosure () -> String) {
        code = errno
        self.act = act()
    }

    public var description: String { "\(act): \(Self.text(code))" }

    /// The system's words for an error number: `Permission denied`.
    public static func text(_ code: Int32) -> String {
        var text = [CChar](repeating: 0, count: 256)
        // `strerror` alone may be used by one thread at a time.
        guard unsafe strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
