internal import Glibc
internal import Pickle
internal import Threads

/// The line between the supervisor and one worker: a pair of sockets of which each holds one.
///
/// Messages are pickles with their length in front. When a process ends, however it ends, the other one reads the end
/// of the stream; nothing else is needed to notice.
final class ControlChannel: Sendable {
    let descriptor: Int32
    /// Held by whoever writes, so that messages do not get into each other.
    private let writing = Lock(())

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Two ends that are joined, the second one to be handed to a child.
    static func pair() throws(ControlError) -> (ours: ControlChannel, childs: Int32) {
        var ends: [Int32] = [0, 0]
        let status = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        guard status == 0 else { throw ControlError("cannot make a control channel", errno) }
        return (ControlChannel(descriptor: ends[0]), ends[1])
    }

    /// The most bytes of one message: far more than a configuration and all that clients set in a microscope.
    private static let limit = 16 << 20

    func send(_ message: ControlMessage) throws {
        let pickle = try PickleWriter.pickle(message.value).joined()
        guard pickle.count <= Self.limit else {
            throw ControlError("a control message of \(pickle.count) bytes is longer than \(Self.limit)")
        }
        let length = (0..<4).map { UInt8(truncatingIfNeeded: pickle.count >> (8 * $0)) }
        let message = length + pickle
        try writing.withLock { [descriptor] _ in try Self.write(message, to: descriptor) }
    }

    private static func write(_ message: [UInt8], to descriptor: Int32) throws(ControlError) {
        var bytes = message[...]
        while !bytes.isEmpty {
            let sent = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 || errno == EINTR else { throw ControlError("cannot write to the control channel", errno) }
            bytes = bytes.dropFirst(max(0, sent))
        }
    }

    /// The next message, waited for; nil when the other end has gone.
    func receive() throws -> ControlMessage? {
        guard let head = read(4) else { return nil }
        let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit, let pickle = read(length) else { return nil }
        return try ControlMessage(try PickleReader.read(pickle[...]))
    }

    /// Ends what the other end can read.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let arrived = unsafe bytes.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress.map { unsafe $0 + filled }, count - filled, 0)
            }
            if arrived > 0 {
                filled += arrived
            } else if arrived == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }
}
