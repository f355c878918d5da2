import Glibc
import Platform

/// An emulation of a file's ioctls, such as those of usbfs.
protocol FileAnswering: Sendable {
    /// The result and the error number of an ioctl; nil leaves it to the kernel.
    func answer(_ request: UInt, _ argument: UInt, of client: PreloadClient) -> (result: Int, error: Int32)?
    func hasClosed()
}

/// An emulation that leaves everything to the kernel.
struct PassingOn: FileAnswering {
    func answer(_ request: UInt, _ argument: UInt, of client: PreloadClient) -> (result: Int, error: Int32)? { nil }
    func hasClosed() {}
}

/// A program that has an emulated file open, at the other end of the preload library's socket.
///
/// A message has three numbers: its kind and two arguments.
struct PreloadClient {
    private let socket: Int32

    /// The numbers of umockdev's `ioctl` protocol.
    private enum Command: UInt {
        case ioctl = 1, result, done, run, readMemory, writeMemory
    }

    init(_ socket: Int32) { self.socket = socket }

    /// Answers until the program closes the file.
    func run(_ answering: any FileAnswering) {
        while let message = receive() {
            if message.0 == Command.ioctl.rawValue, let answer = answering.answer(message.1, message.2, of: self) {
                send(.done, UInt(bitPattern: answer.result), UInt(UInt32(bitPattern: answer.error)))
            } else {
                send(.run, 0, 0)
                guard let (_, result, error) = receive() else { return }
                // The library sends an int, of which only the lower half is sure to be right.
                send(.done, UInt(bitPattern: Int(Int32(truncatingIfNeeded: result))), error)
            }
        }
    }

    /// Reads memory of the program.
    func read(_ address: UInt, count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        send(.readMemory, address, UInt(count))
        var bytes = [UInt8](repeating: 0, count: count)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe fill($0) }
        return bytes
    }

    func write(_ bytes: [UInt8], to address: UInt) {
        guard !bytes.isEmpty else { return }
        send(.writeMemory, address, UInt(bytes.count))
        _ = unsafe bytes.withUnsafeBytes { unsafe empty($0) }
    }

    func write<Number: FixedWidthInteger>(_ number: Number, to address: UInt) {
        write(unsafe withUnsafeBytes(of: number) { unsafe Array($0) }, to: address)
    }

    private func send(_ command: Command, _ first: UInt, _ second: UInt) {
        _ = unsafe withUnsafeBytes(of: (command.rawValue, first, second)) { unsafe empty($0) }
    }

    private func receive() -> (UInt, UInt, UInt)? {
        var message: (UInt, UInt, UInt) = (0, 0, 0)
        return unsafe withUnsafeMutableBytes(of: &message) { unsafe fill($0) } ? message : nil
    }

    private func empty(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe recv(socket, rest.baseAddress, rest.count, 0)
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}

/// Sockets in the file system, as umockdev uses them.
enum UnixSocket {
    static func listen(at path: String) throws(TestbedError) -> Int32 {
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = unsafe withAddress(path) { unsafe bind(socket, $0, $1) }
        guard socket >= 0, status == 0, unsafe chmod(path, 0o666) == 0, Glibc.listen(socket, 64) == 0 else {
            throw TestbedError("listen at \(path)", errno)
        }
        return socket
    }

    /// Sends a datagram; false if there is no receiver.
    static func send(_ bytes: [UInt8], to path: String) -> Bool {
        let socket = socket(AF_UNIX, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(socket) }
        return unsafe withAddress(path) { unsafe sendto(socket, bytes, bytes.count, 0, $0, $1) } >= 0
            || errno != ECONNREFUSED
    }

    private static func withAddress<Result>(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        // Testbeds have short paths; see ``Testbed/init()``.
        guard let address = UnixAddress(path: path) else { fatalError("\(path) is too long for a socket") }
        return unsafe address.withSockaddr { unsafe body($0, $1) }
    }
}

/// The node of a device that wakes a polling program when a transfer has ended.
///
/// libusb waits until it may write. A plain file can always be written, so that libusb would never sleep; a pipe that is
/// kept full cannot.
final class ReadyGate {
    private let file: Int32
    private var isFull = false

    init(at path: String) throws(TestbedError) {
        unsafe unlink(path)
        guard unsafe mkfifo(path, 0o666) == 0, unsafe chmod(path, 0o666) == 0 else {
            throw TestbedError("mkfifo", errno)
        }
        // Opened under another name, so that the node itself stays free.
        let other = "\(path)-gate"
        guard unsafe link(path, other) == 0 else { throw TestbedError("link \(other)", errno) }
        file = unsafe open(other, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        unsafe unlink(other)
        guard file >= 0 else { throw TestbedError("open \(path)", errno) }
        // One page, the minimum. Swift cannot see F_SETPIPE_SZ.
        _ = fcntl(file, 1031, 4096)
        set(isReady: false)
    }

    deinit { close(file) }

    func set(isReady: Bool) {
        guard isReady == isFull else { return }
        var byte: UInt8 = 0
        let count = isReady ? unsafe read(file, &byte, 1) : unsafe write(file, &byte, 1)
        if count == 1 { isFull.toggle() }
    }
}
