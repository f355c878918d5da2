internal import Devices
internal import Pickle
public import Pyro

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

/// How data reach clients, and how much of them may wait.
public struct DeliveryOptions: Sendable {
    public var method = DeliveryMethod.batch
    /// How many data may wait for a client before the oldest give way.
    public var queueLength = 32
    /// How many bytes a client on this machine is sent before its first datum, so that its memory is ready for frames.
    ///
    /// A Python client takes and gives back several times the size of a frame for each. glibc's `malloc` returns free
    /// memory to the system from twice the size of the largest block on that it has seen come and go, so with frames
    /// alone it does so every few frames, and getting it back page by page takes three times as long as the frame.
    /// One block of nearly 32 MiB, up to which it adapts (`mallopt(3)`, `M_MMAP_THRESHOLD`), ends that for good.
    public var warmUp = 31 << 20
    /// How the client is connected to.
    public var client = ClientOptions()

    public init() {
        client.congestionControl = "reno"
        client.sendBuffer = 4 << 20
        client.callLimit = .seconds(30)
    }
}

/// How data are pushed to a client.
public enum DeliveryMethod: String, Sendable, Codable, CaseIterable {
    /// As a oneway batch of one, which a Pyro4 client takes in order and without a new thread for each.
    case batch
    /// As a oneway call.
    case oneway
    /// As a call whose reply is waited for before the next.
    case reply
}
