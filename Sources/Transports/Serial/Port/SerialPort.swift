internal import Glibc

/// A serial port of Linux's, for this program alone.
public final class SerialPort: ByteStream {
    private let file: Int32
    private var isOpen = true
    private let path: String

    /// Opens a port.
    ///
    /// Others are kept out twice: by a lock that every careful program respects, and by the kernel's own
    /// (`TIOCEXCL`), which root ignores.
    public init(path: String, settings: PortSettings) throws(SerialError) {
        self.path = path
        file = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Self.openingError(path, errno) }
        do throws(SerialError) {
            guard isatty(file) == 1 else { throw SerialError.cannotOpen("\(path) is not a serial port") }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                throw SerialError.busy(holder: PortHolder.describe(path, lockOf: file))
            }
            _ = ioctl(file, UInt(TIOCEXCL))
            try Terminal.configure(file, settings)
        } catch {
            Glibc.close(file)
            isOpen = false
            throw error
        }
    }

    deinit { close() }

    private static func openingError(_ path: String, _ number: Int32) -> SerialError {
        switch number {
        case EBUSY: .busy(holder: PortHolder.describe(path))
        case EACCES:
            .cannotOpen("\(path): \(reason(number)); is the user in the group of the file, mostly dialout?")
        case ENOENT, ENODEV, ENXIO: .cannotOpen("\(path): \(reason(number)); is the adapter plugged in?")
        default: .cannotOpen("\(path): \(reason(number))")
        }
    }

    public func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            let number = errno
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written == 0 || number == EAGAIN {
                guard try wait(for: POLLOUT, until: deadline) else {
                    throw .lost("it takes no more bytes: flow control, or the device is off")
                }
            } else if number != EINTR {
                throw .lost(reason(number))
            }
        }
    }

    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1024)
        while try wait(for: POLLIN, until: deadline) {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            let number = errno
            if count > 0 { return Array(bytes.prefix(count)) }
            // With at least one byte asked for, none is the end: the other side hung up.
            if count == 0 { throw .lost("unplugged") }
            if number != EAGAIN, number != EINTR { throw .lost(reason(number)) }
        }
        return []
    }

    public func discardInput() throws(SerialError) {
        guard isOpen, tcflush(file, TCIFLUSH) == 0 else { throw .lost("closed") }
    }

    public var isLost: Bool { !isOpen || events(0, within: 0) & (POLLHUP | POLLERR | POLLNVAL) != 0 }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        // The order to switch off may still be on its way; but an adapter that takes nothing must not hold up the end.
        Terminal.drain(file, within: .seconds(1))
        tcflush(file, TCIOFLUSH)
        // A terminal that others keep open, as a simulator does, would else stay closed to all that come later.
        _ = ioctl(file, UInt(TIOCNXCL))
        Glibc.close(file)
    }

    /// Waits until the port is ready; false if it is not by the deadline.
    private func wait(for event: Int32, until deadline: ContinuousClock.Instant) throws(SerialError) -> Bool {
        guard isOpen else { throw .lost("closed") }
        while true {
            let rest = deadline - .now
            let milliseconds = rest <= .zero ? 0 : Int32(min((rest / .milliseconds(1)).rounded(.up), 86_400_000))
            let found = events(event, within: milliseconds)
            if found & event != 0 { return true }
            if found & (POLLHUP | POLLERR | POLLNVAL) != 0 { throw .lost("unplugged") }
            if rest <= .zero { return false }
        }
    }

    private func events(_ wanted: Int32, within milliseconds: Int32) -> Int32 {
        var question = pollfd(fd: file, events: Int16(truncatingIfNeeded: wanted), revents: 0)
        guard unsafe poll(&question, 1, milliseconds) > 0 else { return 0 }
        return Int32(question.revents)
    }
}
