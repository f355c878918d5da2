/// Bytes to a device and back: a port, or what takes its place to record or to test.
public protocol ByteStream: AnyObject {
    /// Writes all the bytes, and throws if they are not gone by the deadline.
    func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError)
    /// What has come, as soon as anything has; empty if nothing has by the deadline.
    func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8]
    /// Drops what has come and was not read.
    func discardInput() throws(SerialError)
    /// Whether the other end is gone for good.
    var isLost: Bool { get }
    /// Gives the port back, after the bytes that are on their way, and can be called again.
    func close()
}
