/// Bytes to a device and back: a port, or what takes its place to record or to test.
public protocol SerialStream: AnyObject {
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

/// What goes wrong on a serial line, without the name of the device, which ``SerialLine`` puts in front.
public enum SerialError: Error, Equatable {
    /// The port is not there, or may not be opened; the text says why and what to do.
    case cannotOpen(String)
    /// Another program has the port, or another device of this one.
    case busy(holder: String)
    /// The port is gone: the adapter was unplugged, or the device lost power.
    case lost(String)
    /// No answer came in time.
    case silent(after: String, within: Duration)
    /// What came is no answer to this command: noise, or a wrong speed or model.
    case odd(answer: String, to: String)
    /// The device understood, and says no.
    case refused(String, answer: String)
}

extension SerialError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let reason): "cannot be opened: \(reason)"
        case .busy(let holder): "is in use by \(holder)"
        case .lost(let reason): "is gone (\(reason)); it is opened again when it comes back"
        case .silent(let command, let limit):
            "no answer to '\(command)' within \(limit.seconds.text(places: 2)) s; is the device on, and the cable in?"
        case .odd(let answer, let command): "'\(answer)' is no answer to '\(command)'"
        case .refused(let command, let answer): "'\(command)' was refused: \(answer)"
        }
    }

    /// Whether asking once more may help.
    public var isPassing: Bool {
        switch self {
        case .silent, .odd: true
        case .cannotOpen, .busy, .lost, .refused: false
        }
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
