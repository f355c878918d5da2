internal import Glibc

/// Ends the wait of a thread that waits for a file.
final class WakeUp: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(SerialError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .cannotOpen("a pipe: \(reason(errno))") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    func wake() {
        var byte: UInt8 = 0
        // A full pipe wakes as well as one byte does.
        _ = unsafe write(writing, &byte, 1)
    }

    /// Waits for somebody to call ``wake()``, for something to read in the file, or for a time to come.
    func wait(orFor file: Int32?, until due: ContinuousClock.Instant?) {
        var limit: Int32 = -1
        if let due { limit = Int32(min(max(((due - .now) / .milliseconds(1)).rounded(.up), 0), 60_000)) }
        var questions = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let file { questions.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0)) }
        _ = unsafe poll(&questions, nfds_t(questions.count), limit)
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe read(reading, $0.baseAddress, $0.count) }
    }
}
