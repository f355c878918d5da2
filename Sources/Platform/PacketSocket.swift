internal import CPlatform
internal import Glibc

/// A Unix socket on which each message arrives as a whole (`SOCK_SEQPACKET`), and may carry a descriptor.
public final class PacketSocket: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    private static let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)

    /// Listens at a path, where nothing may be yet.
    ///
    /// - Parameter mode: the permissions of the socket, which hold before anybody can connect.
    public static func listening(at path: String, mode: UInt32) throws(SystemError) -> PacketSocket {
        guard let address = UnixAddress(path: path) else {
            throw SystemError("socket path \(path)", code: ENAMETOOLONG)
        }
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SystemError("cannot make a socket") }
        let socket = PacketSocket(descriptor: descriptor)
        guard unsafe address.withSockaddr({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            throw SystemError("cannot make the socket \(path)")
        }
        guard unsafe chmod(path, mode) == 0, listen(descriptor, 64) == 0 else {
            let error = SystemError("cannot listen at \(path)")
            unsafe unlink(path)
            throw error
        }
        return socket
    }

    /// Connects to a socket that listens at a path.
    public static func connected(to path: String) throws(SystemError) -> PacketSocket {
        guard let address = UnixAddress(path: path) else {
            throw SystemError("socket path \(path)", code: ENAMETOOLONG)
        }
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SystemError("cannot make a socket") }
        let socket = PacketSocket(descriptor: descriptor)
        guard unsafe address.withSockaddr({ unsafe connect(descriptor, $0, $1) }) == 0 else {
            throw SystemError("cannot connect to \(path)")
        }
        return socket
    }

    /// Waits for a client.
    public func accept() throws(SystemError) -> PacketSocket {
        while true {
            let client = socket_accept(descriptor)
            if client >= 0 { return PacketSocket(descriptor: client) }
            guard errno == EINTR || errno == ECONNABORTED else { throw SystemError("cannot accept a client") }
        }
    }

    /// The user and the process at the other end.
    public var peer: (user: UInt32, process: Int32)? {
        var (user, process) = (UInt32.max, Int32(0))
        return unsafe socket_peer(descriptor, &user, &process) == 0 ? (user, process) : nil
    }

    /// Ends the connection, or listening: threads that wait return.
    public func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    public enum Received: Equatable {
        case packet([UInt8])
        /// A packet that is longer than allowed, of which nothing is kept.
        case tooLong
        case nothing
        case end
    }

    /// The next packet, if one has arrived.
    public func receive(atMost limit: Int) -> Received {
        var length = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            repeat {
                length = unsafe recv(descriptor, buffer.baseAddress, limit, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
            } while length < 0 && errno == EINTR
            count = max(0, min(length, limit))
        }
        if length < 0 { return errno == EAGAIN ? .nothing : .end }
        if length == 0 { return .end }
        return length > limit ? .tooLong : .packet(bytes)
    }

    /// The next packet in the buffer, if one has arrived, with the memory that came with it: its length, 0 at the end.
    ///
    /// - Throws: `EMSGSIZE` if the packet is longer than the buffer.
    public func receive(into buffer: inout [UInt8]) throws(SystemError) -> (count: Int, passed: PassedMemory?)? {
        var passed: Int32 = -1
        let count = unsafe packet_receive(descriptor, &buffer, buffer.count, &passed)
        let memory = passed < 0 ? nil : PassedMemory(descriptor: passed)
        if count == -EAGAIN { return nil }
        guard count >= 0 else { throw SystemError("cannot receive", code: -count) }
        return (Int(count), memory)
    }

    public enum Sending {
        case sent
        /// The other end has not read what was sent before.
        case full
        case gone
    }

    /// Sends one packet without waiting.
    ///
    /// - Parameter passed: a descriptor to pass along, or nil.
    public func send(_ header: [UInt8], _ extra: [UInt8] = [], passing passed: Int32? = nil) -> Sending {
        switch unsafe packet_send(descriptor, header, header.count, extra, extra.count, passed ?? -1) {
        case 0: .sent
        // No memory of the kernel, or too many descriptors under way: the same remedy as for a full buffer.
        case EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS: .full
        default: .gone
        }
    }

    /// Waits until there is something to do with a socket.
    ///
    /// - Parameter wantsRoom: whether room for more to send counts.
    public func wait(or wakeup: Wakeup, wantsRoom: Bool = false, within limit: Duration) -> Bool {
        wakeup.wait(for: descriptor, wantsRoom: wantsRoom, within: limit)
    }
}

/// A way to wake a thread that waits for a socket.
public final class Wakeup: Sendable {
    private let descriptor: Int32

    public init() throws(SystemError) {
        descriptor = event_make()
        guard descriptor >= 0 else { throw SystemError("cannot make an event") }
    }

    deinit { close(descriptor) }

    public func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits for a socket, or for a signal, which is used up; returns whether the socket has something to read, or has
    /// ended.
    public func wait(for socket: Int32, wantsRoom: Bool = false, within limit: Duration) -> Bool {
        let events = Int16(POLLIN) | (wantsRoom ? Int16(POLLOUT) : 0)
        var polled = [
            pollfd(fd: socket, events: events, revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = Int32(max(0, min(3_600_000, limit / .milliseconds(1))))
        guard unsafe poll(&polled, 2, milliseconds) > 0 else { return false }
        if polled[1].revents != 0 {
            var count: UInt64 = 0
            _ = unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
        }
        return Int32(polled[0].revents) & Int32(POLLIN | POLLERR | POLLHUP) != 0
    }
}
