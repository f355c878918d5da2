import Glibc
import Platform
import Testing

@testable import Server

/// A socket that listens as systemd does.
final class ServiceSocket: Sendable {
    /// What `NOTIFY_SOCKET` would be.
    let name: String
    private let socket: Int32

    init(_ name: String) throws {
        self.name = name
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let address = try #require(UnixAddress(name))
        let status = unsafe address.withSockaddr { address, length in unsafe bind(socket, address, length) }
        try #require(status == 0, "cannot listen at \(name)")
        // A test that waits for what does not come fails. The tasks under test take turns with all other tests.
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// The next message, waited for on a thread of its own: its lines.
    func next() async -> [String] {
        await BlockingThread.value("listening") { self.receive(0) }
    }

    /// The messages that have arrived.
    var arrived: [[String]] {
        var messages: [[String]] = []
        while true {
            let lines = receive(Int32(MSG_DONTWAIT))
            if lines.isEmpty { return messages }
            messages.append(lines)
        }
    }

    private func receive(_ flags: Int32) -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, flags) }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The line to it that a process has with this environment.
    func notifier(_ more: [String: String] = [:]) throws -> ServiceNotifier {
        let variables = more.merging(["NOTIFY_SOCKET": name]) { given, _ in given }
        return try #require(ServiceNotifier { variables[$0] })
    }
}
