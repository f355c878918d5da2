public import Devices

/// An open camera of a vendor's SDK, as the acquisition uses it.
///
/// The acquisition makes one call at a time. An error that a call throws has the SDK's status as its cause.
///
/// There are two kinds of SDK. One fills buffers that the driver queues one after another, and returns their addresses:
/// its driver implements ``queue(_:)`` and ``flush()``. The other one has a ring of its own and overwrites it: its driver
/// returns memory in ``Arrival/Pixels/borrowed(_:)``, which is copied before the next call.
public protocol SDKCamera: AnyObject, Sendable {
    /// The serial number, as errors show it.
    var serialNumber: String { get }
    /// The latest call, and the first error that showed that the camera cannot be reached.
    var contact: Contact { get }

    /// The layout of the images that the camera would send now.
    var imageLayout: ImageLayout { get throws(DeviceError) }
    /// What starts an image with the present settings.
    var triggering: Triggering { get throws(DeviceError) }
    /// The longest time that an image may take with the present settings, in seconds; not finite if it is not known.
    func imageTime(_ triggering: Triggering) -> Double
    /// The camera's clock, if images carry its ticks.
    var hardwareClock: HardwareClock? { get }

    /// Whether the SDK fills buffers that it gets by ``queue(_:)``.
    var queuesBuffers: Bool { get }
    /// Queues memory for one image, which the SDK may write until it returns the buffer or is flushed.
    func queue(_ buffer: FrameBuffer) throws(DeviceError)
    /// Takes back all queued buffers.
    func flush() throws(DeviceError)

    /// Starts the acquisition; a ring of this number of images is prepared if the SDK has one.
    func start(ring count: Int) throws(DeviceError)
    /// Stops the acquisition, if it has not ended by itself.
    func stop() throws(DeviceError)
    func sendTrigger() throws(DeviceError)
    /// Waits for an image, up to some milliseconds.
    func wait(milliseconds: UInt32) -> WaitResult
    /// The camera's clock at an image, if the buffer holds it.
    ///
    /// It is read after other calls may go on.
    func ticks(in buffer: FrameBuffer) -> UInt64?

    /// Whether the camera responds, judged by what only the camera itself can answer.
    var isThere: Bool { get }
    /// Closes the camera if it is open.
    func close()
    /// Reopens the camera after a loss; throws while it is not back, or if another camera is in its place.
    func reopen() throws
    /// Writes the settings of ``WrittenValues`` again as far as the camera allows; throws if it is lost meanwhile.
    func restore(report: (any Error) -> Void) throws(DeviceError)
    /// Releases the camera's share of the library, after ``close()``.
    func releaseLibrary()
}

extension SDKCamera {
    public var hardwareClock: HardwareClock? { nil }
    public func ticks(in buffer: FrameBuffer) -> UInt64? { nil }
}

/// The event that starts an image.
public enum Triggering: Sendable, Equatable {
    /// A call of ``SDKCamera/sendTrigger()``.
    case software
    /// The camera itself, one image after another.
    case freeRunning
    /// A signal, which may come at any time or never.
    case external
}

/// The result of one short wait for an image.
public enum WaitResult: Sendable {
    case image(Arrival)
    /// None has come within the time.
    case none
    /// A series of fixed length is complete.
    case ended
    /// The camera's memory has overflowed: the acquisition must be restarted.
    case overflowed(DeviceError)
    /// Images were lost for another reason: the acquisition must be restarted.
    case failed(DeviceError)
    /// The camera cannot be reached.
    case lost(DeviceError)
}

/// An image that the SDK has finished.
public struct Arrival: Sendable {
    public enum Pixels: Sendable {
        /// A queued buffer, which the SDK has filled and does not use any longer.
        case queued(address: UInt)
        /// Memory of the SDK, valid until its next call.
        case borrowed(BorrowedMemory)
    }

    public var pixels: Pixels
    /// The time of the image in seconds since 1970, if the SDK states it.
    public var time: Double?
    /// The number of images that have been lost directly before this one.
    public var missed: Int

    public init(_ pixels: Pixels, time: Double? = nil, missed: Int = 0) {
        (self.pixels, self.time, self.missed) = (pixels, time, missed)
    }
}

/// A status of an SDK: the cause of a `DeviceError`.
public protocol SDKStatus: Error {
    /// Whether the camera cannot be reached, so that only reopening it can help.
    var isLoss: Bool { get }
    /// Whether a change was refused in a way that may succeed while the camera is idle.
    var mayNeedPause: Bool { get }
}

extension DeviceError {
    /// Whether the error means that the camera cannot be reached.
    public var isLoss: Bool { (cause as? any SDKStatus)?.isLoss ?? false }
    var mayNeedPause: Bool { (cause as? any SDKStatus)?.mayNeedPause ?? false }
}
