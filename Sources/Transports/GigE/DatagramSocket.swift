internal import Glibc
public import Platform

/// An IPv4 address.
public struct IPv4Address: Sendable, Hashable, CustomStringConvertible {
    /// The four bytes as a number, the first one highest.
    public let number: UInt32

    public init(_ number: UInt32) { self.number = number }

    /// Four numbers with dots: `192.168.1.5`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part) else { return nil }
            number = number << 8 | UInt32(byte)
        }
        self.number = number
    }

    public static let any = IPv4Address(0)
    public static let broadcast = IPv4Address(.max)

    public var description: String {
        stride(from: 24, through: 0, by: -8).map { "\(number >> UInt32($0) & 255)" }.joined(separator: ".")
    }

    /// Whether two addresses are in one network of a mask.
    public func isInNetwork(of other: IPv4Address, mask: IPv4Address) -> Bool {
        number & mask.number == other.number & mask.number
    }
}

/// An address and a port.
public struct DatagramEndpoint: Sendable, Hashable, CustomStringConvertible {
    public let address: IPv4Address
    public let port: UInt16

    public init(_ address: IPv4Address, _ port: UInt16) { (self.address, self.port) = (address, port) }

    public var description: String { "\(address):\(port)" }

    fileprivate var socketAddress: sockaddr_in {
        var socketAddress = sockaddr_in()
        socketAddress.sin_family = sa_family_t(AF_INET)
        socketAddress.sin_port = port.bigEndian
        socketAddress.sin_addr.s_addr = address.number.bigEndian
        return socketAddress
    }

    fileprivate init(_ address: sockaddr_in) {
        self.init(IPv4Address(UInt32(bigEndian: address.sin_addr.s_addr)), UInt16(bigEndian: address.sin_port))
    }
}

/// A UDP socket of IPv4.
public final class DatagramSocket: Sendable {
    private let file: Int32

    /// - Parameters:
    ///   - address: the local address, or any.
    ///   - port: zero for one that the kernel chooses.
    ///   - isShared: whether other sockets may have the same port, as those that wait for broadcasts do.
    public init(_ address: IPv4Address = .any, port: UInt16 = 0, isShared: Bool = false) throws(SystemError) {
        let file = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw SystemError("cannot make a UDP socket") }
        self.file = file
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(file, SOL_SOCKET, SO_BROADCAST, &on, size)
        if isShared { _ = unsafe setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        let bound = unsafe Self.withAddress(DatagramEndpoint(address, port)) { pointer, length in
            unsafe bind(file, pointer, length)
        }
        guard bound == 0 else {
            let error = SystemError("cannot use UDP port \(port) of \(address)", code: errno)
            close(file)
            throw error
        }
    }

    deinit { close(file) }

    /// The port that the socket has.
    public var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(file, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Sends a datagram; false if the system does not take it.
    @discardableResult
    public func send(_ bytes: [UInt8], to endpoint: DatagramEndpoint) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in unsafe send(bytes, to: endpoint) }
    }

    /// Sends a datagram of two parts, without a copy of the second one.
    @discardableResult
    public func send(_ head: [UInt8], _ body: ArraySlice<UInt8>, to endpoint: DatagramEndpoint) -> Bool {
        unsafe head.withUnsafeBytes { head in
            unsafe body.withUnsafeBytes { body in
                var parts: [iovec] = unsafe [
                    unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
                    unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count),
                ]
                let sent = unsafe Self.withAddress(endpoint) { pointer, length in
                    unsafe parts.withUnsafeMutableBufferPointer { parts in
                        var message = unsafe msghdr()
                        unsafe message.msg_name = UnsafeMutableRawPointer(mutating: pointer)
                        unsafe message.msg_namelen = length
                        unsafe message.msg_iov = parts.baseAddress
                        unsafe message.msg_iovlen = parts.count
                        return unsafe sendmsg(file, &message, Int32(MSG_NOSIGNAL))
                    }
                }
                return sent == head.count + body.count
            }
        }
    }

    /// Sends a datagram; false if the system does not take it.
    @discardableResult
    @unsafe private func send(_ bytes: UnsafeRawBufferPointer, to endpoint: DatagramEndpoint) -> Bool {
        let sent = unsafe Self.withAddress(endpoint) { pointer, length in
            unsafe sendto(file, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
        }
        return sent == bytes.count
    }

    /// Waits for a datagram; nil if none comes within the time.
    public func receive(within limit: Duration) -> (bytes: [UInt8], sender: DatagramEndpoint)? {
        var event = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(max(0, min(60_000, limit / .milliseconds(1))))
        guard unsafe poll(&event, 1, milliseconds) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 2048)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe recvfrom(file, &bytes, bytes.count, Int32(MSG_DONTWAIT), pointer, &length)
            }
        }
        guard count >= 0 else { return nil }
        return (Array(bytes.prefix(count)), DatagramEndpoint(address))
    }

    private static func withAddress<Result>(
        _ endpoint: DatagramEndpoint,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = endpoint.socketAddress
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
