internal import Glibc

/// Whether the kernel's clock follows others.
enum Clock {
    private typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Int32

    /// As the kernel has been told by whatever sets its clock, which reading needs no right for; nil if it will not say.
    static var isSynchronised: Bool? {
        // `adjtimex` is in the C library, but beyond Swift's reach. What it fills has 208 bytes; zero in front is to
        // change nothing.
        guard let found = unsafe dlsym(nil, "adjtimex") else { return nil }
        let adjtimex = unsafe unsafeBitCast(found, to: Function.self)
        var state = [UInt64](repeating: 0, count: 64)
        let answer = unsafe state.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe adjtimex($0) } ?? -1
        }
        // TIME_ERROR: not synchronised.
        return answer < 0 ? nil : answer != 5
    }
}
