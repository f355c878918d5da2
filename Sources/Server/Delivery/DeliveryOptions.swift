public import Pyro

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
