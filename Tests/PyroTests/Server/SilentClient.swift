@testable import Pyro

/// A client that connects and says nothing.
final class SilentClient {
    private let socket: Socket

    init(_ endpoint: Endpoint) throws { socket = try Socket.connect(to: endpoint, within: .seconds(5)) }

    /// Says something after all; whether it gets there does not matter.
    func send(_ bytes: [UInt8]) { try? socket.write(bytes) }

    /// The same for a client that sends byte after byte of a greeting.
    func isClosedByPeerWhileDripping(
        _ greeting: [UInt8] = Array("PYRO".utf8) + [0, 48] + [UInt8](repeating: 0, count: 1000),
        every interval: Duration,
        within limit: Duration
    ) -> Bool {
        let end = ContinuousClock.now + limit
        for byte in greeting {
            guard ContinuousClock.now < end else { return false }
            guard (try? socket.write([byte])) != nil, !isClosedByPeer(within: interval) else { return true }
        }
        return false
    }

    /// Whether the server ends the connection before the limit.
    func isClosedByPeer(within limit: Duration) -> Bool {
        socket.limitReading(to: limit)
        var byte: [UInt8] = [0]
        do {
            return try socket.read(into: &byte, from: 0, upTo: 1) == 0
        } catch {
            return error == .cutShort
        }
    }
}
