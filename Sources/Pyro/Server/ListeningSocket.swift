internal import Glibc
public import Pickle
internal import Platform

/// A socket that listens for clients and outlives the server that accepts them, so that another server, also in another
/// process, can take over while clients wait.
public final class ListeningSocket: Sendable {
    /// The address, with the actual port.
    public let endpoint: Endpoint
    let socket: Socket
    private let file: SocketFile?

    /// Starts to listen.
    ///
    /// The file of a Unix socket is removed at the end.
    public init(at endpoint: Endpoint) throws {
        socket = try Socket(listeningAt: endpoint)
        self.endpoint = endpoint.boundAs(socket.localEndpoint)
        if case .unix(let path) = endpoint { file = SocketFile(boundAt: path) } else { file = nil }
        setUp()
    }

    /// Takes over a socket that another process has made.
    ///
    /// - Parameters:
    ///   - descriptor: the socket, which is closed at the end.
    ///   - endpoint: its address, in which the port may be 0.
    public init(descriptor: Int32, endpoint: Endpoint) {
        socket = Socket(descriptor: descriptor)
        self.endpoint = endpoint.boundAs(socket.localEndpoint)
        file = nil
        setUp()
    }

    deinit { file?.remove() }

    /// The socket, for handing it to another process.
    public var descriptor: Int32 { socket.descriptor }

    /// Several threads and processes may wait for the same client, so none may block in accepting it.
    private func setUp() {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK)
    }
}

/// A way to end a wait for clients without ending the listening socket.
final class AcceptStop: Sendable {
    /// The ends of a pipe, to read and to write.
    private let (event, signal): (Int32, Int32)

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // Without it a server could not be stopped.
        guard unsafe pipe(&ends) == 0 else { throw SystemError("cannot make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (event, signal) = (ends[0], ends[1])
    }

    deinit {
        close(event)
        close(signal)
    }

    func stop() {
        var byte: UInt8 = 0
        _ = unsafe write(signal, &byte, 1)
    }

    /// Waits for a client; nil once stopped.
    func accept(from listener: Socket) throws(SocketError) -> Socket? {
        while true {
            var waits = [
                pollfd(fd: event, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = unsafe poll(&waits, nfds_t(waits.count), -1)
            if waits[0].revents != 0 { return nil }
            guard count > 0 else { continue }
            do throws(SocketError) {
                return try listener.accept()
            } catch  where error.code == EAGAIN {
                // Another process was faster.
            }
        }
    }
}
