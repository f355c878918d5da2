internal import Pickle

/// Bytes in both directions, waited for: a socket, or SSL over one.
protocol ByteStream {
    /// Reads what has arrived, waiting once if nothing has; 0 at the end of the stream, nil if what came was not yet enough
    /// for a single byte.
    func read(into bytes: inout [UInt8], from start: Int, upTo end: Int) throws(MessageError) -> Int?

    /// Reads a stretch of known length, of which some bytes are there already.
    func read(_ count: Int, begunWith begun: [UInt8]) throws(MessageError) -> [UInt8]

    /// Writes bytes that lie in one piece.
    func write(_ bytes: [UInt8]) throws(MessageError)

    /// Writes all parts one after another, from where they are in memory.
    func write(_ parts: [Bytes]) throws(MessageError)
}
