internal import Devices
internal import Pickle

/// A datum on its way to a client, or the error that came in its place.
struct Delivery: Sendable {
    private enum Content: Sendable {
        /// The transform is the one that held when the frame was read.
        case frame(Frame, Transform)
        case value(PythonValue)
    }

    private let content: Content
    let timestamp: Double
    private let isMessage: Bool

    init(_ datum: Datum, transform: Transform = .identity) {
        (timestamp, isMessage) = (datum.timestamp, datum.isMessage)
        switch datum.content {
        case .frame(let frame): content = .frame(frame, transform)
        case .value(let value): content = .value(value)
        }
    }

    /// An error, which clients get as an exception object in place of the data.
    init(failure: any Error, at timestamp: Double) {
        (self.timestamp, isMessage) = (timestamp, false)
        content = .value(.exception(PythonException("Exception", ErrorTranslation.text(of: failure))))
    }

    /// What `receiveData` gets of it.
    func arguments(_ pool: FramePool) -> [PythonValue] {
        isMessage ? [value(pool)] : [value(pool), .float(timestamp)]
    }

    /// What the client gets.
    ///
    /// Turning a frame takes time, so this is called where nobody waits but the client.
    func value(_ pool: FramePool) -> PythonValue {
        switch content {
        case .frame(let frame, let transform): .array(frame.transformed(by: transform, pool: pool).array)
        case .value(let value): value
        }
    }
}
