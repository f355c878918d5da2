internal import Glibc
internal import Platform

/// A serial port, for the exclusive use of this program.
public final class SerialPort: SerialStream {
    private let file: Int32
    private var isOpen = true
    private let path: String

    /// Opens a port.
    ///
    /// Other programs are kept out twice: by a file lock that careful programs respect, and by the kernel's exclusive mode
    /// (`TIOCEXCL`), which root ignores. A program that opened the port earlier without either is found in `/proc`, before
    /// a byte is sent or a setting is changed.
    ///
    /// - Parameter warn: receives a warning if this user may not see all programs that could have the port open.
    public init(
        path: String,
        settings: PortSettings,
        warn: (String) -> Void = { _ in }
    ) throws(SerialError) {
        self.path = path
        var isExclusive = false
        file = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Self.openingError(path, errno) }
        do throws(SerialError) {
            guard isatty(file) == 1 else { throw SerialError.cannotOpen("\(path) is not a serial port") }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                throw SerialError.busy(holder: PortHolder.describe(path, lockOf: file))
            }
            isExclusive = ioctl(file, UInt(TIOCEXCL)) == 0
            try PortHolder.check(path, warn)
            try Terminal.configure(file, settings)
        } catch {
            // A program that has the port open must be able to open it again.
            if isExclusive { _ = ioctl(file, UInt(TIOCNXCL)) }
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
            .cannotOpen("\(path): \(SystemError.text(number)); is the user in the group of the file, usually dialout?")
        case ENOENT, ENODEV, ENXIO: .cannotOpen("\(path): \(SystemError.text(number)); is the adapter plugged in?")
        default: .cannotOpen("\(path): \(SystemError.text(number))")
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
                    throw .lost("it accepts no more bytes: flow control is on, or the device is off")
                }
            } else if number != EINTR {
                throw .lost(SystemError.text(number))
            }
        }
    }

    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1024)
        while try wait(for: POLLIN, until: deadline) {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            let number = errno
            if count > 0 { return Array(bytes.prefix(count)) }
            // A read of at least one byte returns none only when the other side has hung up.
            if count == 0 { throw .lost("unplugged") }
            if number != EAGAIN, number != EINTR { throw .lost(SystemError.text(number)) }
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
        // The command to switch off may still be under way, but an adapter that accepts nothing must not block the end.
        Terminal.drain(file, within: .seconds(1))
        tcflush(file, TCIOFLUSH)
        // Otherwise a terminal that a simulator keeps open would stay closed to all later programs.
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

/// The settings of a serial port: always 8 bits per byte, and no flow control by default.
public struct PortSettings: Sendable, Hashable {
    public enum Parity: Sendable { case none, even, odd }
    public enum StopBits: Sendable { case one, two }
    public enum FlowControl: Sendable {
        case none
        /// With the lines RTS and CTS.
        case hardware
        /// With the bytes XON and XOFF.
        case software
    }

    /// Bits per second: any rate that the adapter supports, not only the standard ones.
    public var baudRate: Int
    public var parity: Parity
    public var stopBits: StopBits
    public var flowControl: FlowControl

    public init(
        baudRate: Int,
        parity: Parity = .none,
        stopBits: StopBits = .one,
        flowControl: FlowControl = .none
    ) {
        self.baudRate = baudRate
        self.parity = parity
        self.stopBits = stopBits
        self.flowControl = flowControl
    }
}

/// The holder of a port, as far as the kernel shows it to this user.
enum PortHolder {
    /// Throws if another program has the port open, with or without exclusive mode.
    static func check(_ path: String, _ warn: (String) -> Void) throws(SerialError) {
        let holders = FileHolders(ofDeviceAt: path)
        guard holders.processes.isEmpty else {
            throw .busy(holder: "\(holders.names.joined(separator: " and ")), which has it open without locking it")
        }
        guard holders.isIncomplete else { return }
        warn(
            "cannot check whether a program of another user, such as ModemManager, has \(path) open; "
                + "'sudo fuser -v \(path)' shows it"
        )
    }

    /// The program that holds the lock on an open file, or one that has the file open.
    static func describe(_ path: String, lockOf file: Int32? = nil) -> String {
        let holder = file.flatMap(lockHolder) ?? FileHolders(ofDeviceAt: path).processes.first
        guard let holder else { return "another user's program, which this user cannot see" }
        guard holder != getpid() else { return "another device of this process" }
        return FileHolders.name(of: holder)
    }

    /// The process that `/proc/locks` names for the file, whose lines are
    /// `1: FLOCK  ADVISORY  WRITE 18873 00:1a:3 0 EOF`: process, device (major, minor) and inode.
    private static func lockHolder(_ file: Int32) -> pid_t? {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { return nil }
        let device = status.st_dev
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & ~0xff & 0xffff_ffff
        let lines = (FileSystem.text(of: "/proc/locks") ?? "").split(separator: "\n")
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", let process = pid_t(words[4]) else { continue }
            let place = words[5].split(separator: ":")
            guard
                place.count == 3, UInt(place[0], radix: 16) == major, UInt(place[1], radix: 16) == minor,
                UInt(place[2]) == status.st_ino
            else { continue }
            return process > 0 ? process : nil
        }
        return nil
    }
}
