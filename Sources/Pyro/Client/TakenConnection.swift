public import Pickle
public import Platform

/// A connection to a server whose Pyro messages have ended: bytes in both directions, encrypted if the messages were.
///
/// Used by one thread.
public final class TakenConnection {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// The key by which messages were signed, if they were.
    public var signingKey: [UInt8]? { connection.hmacKey }

    /// Waits for bytes, or for a signal; returns whether there may be bytes to read.
    public func wait(or wakeup: Wakeup, within limit: Duration) -> Bool {
        connection.hasPending || wakeup.wait(for: connection.socket.descriptor, within: limit)
    }

    /// Reads so many bytes, each piece of which has to come within the limit of the connection.
    public func read(_ count: Int) throws(ClientError) -> [UInt8] {
        do throws(MessageError) { return try connection.readRaw(count) } catch { throw ClientError(error) }
    }

    public func write(_ bytes: [UInt8]) throws(ClientError) {
        do throws(MessageError) { try connection.writeRaw([Bytes(bytes)]) } catch { throw ClientError(error) }
    }
}

extension TakenConnection {
    /// Makes a call on a connection of its own, behind whose result the connection carries another protocol.
    ///
    /// - Parameter silence: the longest time without a byte in the middle of what is read.
    /// - Throws: ``ClientError``, or the `PythonException` that the method raised.
    public static func taken(
        from uri: PyroURI,
        _ options: ClientOptions,
        silence: Duration,
        by method: String,
        _ arguments: [PythonValue]
    ) throws -> (answer: PythonValue, connection: TakenConnection) {
        do {
            let channel = try Channel(uri, options)
            let arguments = CallArguments(arguments)
            let answer = try channel.call(WireCall(object: uri.object, method: method, arguments: arguments))
            return (answer, TakenConnection(channel.handedOver(silence: silence)))
        } catch let error as MessageError {
            throw ClientError(error)
        }
    }
}
