internal import Devices
internal import Pickle
public import Pyro

extension Datum {
    /// An error, which clients get as an exception object in place of the data.
    init(failure: any Error, at timestamp: Double) {
        self.init(.exception(PythonException("Exception", ErrorTranslation.text(of: failure))), at: timestamp)
    }

    /// A datum that another device has sent: a frame, if it is an image.
    init(received value: PythonValue, at timestamp: Double) {
        if case .array(let array) = value, let frame = Frame(array) {
            self.init(frame, at: timestamp)
        } else {
            self.init(value, at: timestamp)
        }
    }

    /// The arguments of `receiveData`.
    func arguments(_ pool: FramePool) -> [PythonValue] {
        isMessage ? [value(pool)] : [value(pool), .float(timestamp)]
    }

    /// The datum as the client gets it.
    ///
    /// Transforming a frame takes time, so this is called where only the client waits.
    func value(_ pool: FramePool) -> PythonValue {
        switch content {
        case .frame(let frame): .array(frame.transformed(by: transform, pool: pool).array)
        case .value(let value): value
        }
    }
}

/// The way in which data are pushed to a client.
public enum DeliveryMethod: String, Sendable, Codable, CaseIterable {
    /// As a oneway batch of one, which a Pyro4 client takes in order and without a new thread for each.
    case batch
    /// As a oneway call.
    case oneway
    /// As a call whose reply is awaited before the next.
    case reply
}

/// The way in which data reach clients, and how many may wait.
public struct DeliveryOptions: Sendable {
    public var method = DeliveryMethod.batch
    /// How many data may wait for a client before the oldest are dropped.
    public var queueLength = 32
    /// How many bytes a client on this machine is sent before its first datum, so that its memory is ready for frames.
    ///
    /// A Python client allocates and frees several times the size of a frame for each. glibc's `malloc` returns free
    /// memory to the system from twice the size of the largest block on that it has seen come and go, so with frames
    /// alone it does so every few frames, and getting it back page by page takes three times as long as the frame.
    /// One block of nearly 32 MiB, up to which it adapts (`mallopt(3)`, `M_MMAP_THRESHOLD`), ends that for good.
    public var warmUp = 31 << 20
    /// The options of the connection to the client.
    public var client = ClientOptions()

    /// The options of those who subscribe.
    public var frames = FrameOptions()

    /// How long a client that cannot be reached stays registered; zero to forget it at once.
    public var clientMemory = Duration.seconds(3600)

    /// How long a client whose machine answers may take for a handshake: it may be stopped in a debugger.
    static let longestHandshake = Duration.seconds(30)

    public init() {
        client.carriesFrames = true
        client.connectLimit = .seconds(2)
        client.handshakeLimit = Self.longestHandshake
        client.localCongestionControl = "reno"
        client.sendBuffer = 4 << 20
        client.callLimit = .seconds(30)
    }
}
