@testable import Pyro

/// A client that connects and says nothing.
final class SilentClient {
    private let socket: Socket

    init(_ endpoint: Endpoint) throws { socket = try Socket.connect(to: endpoint, within: .seconds(5)) }

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
