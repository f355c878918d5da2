internal import Glibc
internal import Pickle

/// A stream socket that blocks: the file for all that is unsafe in it.
///
/// One thread reads and one writes at a time; ``shutDown()`` may come from any other and ends both.
final class Socket: ByteStream, Sendable {
    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Ends the connection, so that whoever waits in a read or a write comes back; the descriptor stays taken till then.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    func read(into bytes: inout [UInt8], from start: Int, upTo end: Int) throws(MessageError) -> Int? {
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe recv(descriptor, bytes.baseAddress! + start, end - start, 0)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw error(errno) }
        }
    }

    /// The kernel gives memory only as it is written, so a length that was merely claimed costs nothing.
    func read(_ count: Int, begunWith begun: [UInt8]) throws(MessageError) -> [UInt8] {
        var failure: MessageError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = unsafe target.update(fromContentsOf: begun)
            while filled < count, failure == nil {
                let arrived = unsafe recv(descriptor, target.baseAddress! + filled, count - filled, 0)
                switch arrived {
                case 1...: filled += arrived
                case 0: failure = .cutShort
                default: if errno != EINTR { failure = error(errno) }
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(MessageError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress! + written, bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw error(errno)
            }
        }
    }

    func write(_ parts: [Bytes]) throws(MessageError) {
        var remaining = parts[...]
        var skipped = 0
        while let first = remaining.first {
            if skipped >= first.count {
                skipped -= first.count
                remaining.removeFirst()
            } else {
                skipped += try writeSome(remaining, skipping: skipped)
            }
        }
    }

    /// The most parts that one call of the kernel's takes here; further ones wait for the next.
    private static let gathered = 16

    private func writeSome(_ parts: ArraySlice<Bytes>, skipping skipped: Int) throws(MessageError) -> Int {
        while true {
            let count = unsafe withVectors(parts.prefix(Self.gathered), skipped, []) { vectors in
                var message = unsafe msghdr()
                unsafe message.msg_iov = vectors.baseAddress
                unsafe message.msg_iovlen = vectors.count
                return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw error(errno) }
        }
    }

    /// Lays out the parts for the kernel, each held where it is until the body is done.
    @unsafe private func withVectors(
        _ parts: ArraySlice<Bytes>,
        _ skipped: Int,
        _ vectors: [iovec],
        _ body: (UnsafeMutableBufferPointer<iovec>) -> Int
    ) -> Int {
        guard let first = parts.first else {
            var vectors = unsafe vectors
            return unsafe vectors.withUnsafeMutableBufferPointer { unsafe body($0) }
        }
        return unsafe first.withUnsafeBytes { bytes in
            let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { unsafe $0 + skipped })
            let vector = unsafe iovec(iov_base: base, iov_len: bytes.count - skipped)
            return unsafe withVectors(parts.dropFirst(), 0, vectors + [vector], body)
        }
    }

    private func error(_ code: Int32) -> MessageError {
        switch code {
        case EAGAIN: .timedOut
        case EPIPE, ECONNRESET: .cutShort
        default: .socket(code)
        }
    }
}
