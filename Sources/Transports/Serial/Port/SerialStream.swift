/// A stream of bytes to a device and back: a port, or its stand-in for recording and testing.
public protocol SerialStream: AnyObject {
    /// Writes all the bytes, and throws if they are not sent by the deadline.
    func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError)
    /// The bytes received, as soon as there are any; none if there are none by the deadline.
    func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8]
    /// Discards the bytes received and not read.
    func discardInput() throws(SerialError)
    /// Whether the other end is gone for good.
    var isLost: Bool { get }
    /// Closes the port after pending bytes are sent. May be called again.
    func close()
}

/// An error on a serial line, without the name of the device, which ``SerialLine`` adds.
public enum SerialError: Error, Equatable {
    /// The port does not exist or may not be opened; the text has the reason and the remedy.
    case cannotOpen(String)
    /// Another program, or another device of this one, has the port.
    case busy(holder: String)
    /// The port is gone: the adapter was unplugged, or the device lost its supply.
    case lost(String)
    /// No answer came in time.
    case silent(after: String, within: Duration)
    /// The bytes received do not answer the command: noise, or a wrong baud rate or model.
    case odd(answer: String, to: String)
    /// The device understood the command and refused it.
    case refused(String, answer: String)
}

extension SerialError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let reason): "cannot be opened: \(reason)"
        case .busy(let holder): "is in use by \(holder)"
        case .lost(let reason): "is gone (\(reason)); it will be reopened when it comes back"
        case .silent(let command, let limit):
            "no answer to '\(command)' within \(limit.seconds.text(places: 2)) s; is the device switched on and connected?"
        case .odd(let answer, let command): "'\(answer)' does not answer '\(command)'"
        case .refused(let command, let answer): "'\(command)' was refused: \(answer)"
        }
    }

    /// Whether asking again may help.
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
