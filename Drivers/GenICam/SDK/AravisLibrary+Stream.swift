internal import Devices
internal import SDKCameras

/// Streams and their buffers.
extension AravisLibrary {
    /// A popped buffer: what the library says of it, and its memory.
    struct Popped: Sendable {
        /// The library's object.
        let object: UInt
        let address: UInt
        /// 0 for a whole image.
        let status: Int
        let frameID: UInt64
        /// Nanoseconds of the camera's clock, and of the computer's since 1970.
        let ticks, systemTime: UInt64
        /// The size of the image in pixels; nil if the buffer has none.
        let size: (width: Int, height: Int, format: UInt32, padding: Int)?
    }

    /// Makes a stream, which takes images from the camera as soon as that acquires.
    func makeStream(_ device: UInt) throws(AravisStatus) -> UInt {
        let stream = try unsafe trying { unsafe functions.makeStream(device, 0, 0, $0) }
        guard stream != 0 else { throw .controlLost }
        return stream
    }

    /// Sets a whole-number property of a stream; a choice is its number.
    func setProperty(_ name: String, of stream: UInt, to value: Int32) {
        unsafe withValue(type: 24) { holder in
            unsafe functions.valueInt(holder, value)
            unsafe functions.setProperty(stream, name, holder)
        }
    }

    func setProperty(_ name: String, of stream: UInt, to value: Double) {
        unsafe withValue(type: 60) { holder in
            unsafe functions.valueDouble(holder, value)
            unsafe functions.setProperty(stream, name, holder)
        }
    }

    /// A value of GLib: its type and 16 bytes.
    private func withValue(type: UInt, _ body: (UnsafeMutableRawPointer?) -> Void) {
        var holder: (UInt, UInt, UInt) = (0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &holder) { bytes in
            _ = unsafe functions.initValue(bytes.baseAddress, type)
            unsafe body(bytes.baseAddress)
        }
    }

    /// Queues memory that the caller keeps until the buffer is popped or the stream has ended.
    func push(_ memory: FrameBuffer, to stream: UInt) {
        functions.push(stream, functions.makeBuffer(UInt(memory.byteCount), memory.address, 0, 0))
    }

    /// Queues a popped buffer again.
    func pushAgain(_ popped: Popped, to stream: UInt) { functions.push(stream, popped.object) }

    /// Waits for a buffer; nil if none is filled in time.
    func pop(_ stream: UInt, microseconds: UInt64) -> Popped? {
        let object = functions.pop(stream, microseconds)
        guard object != 0 else { return nil }
        var count: UInt = 0
        let address = unsafe functions.data(object, &count)
        let status = Int(functions.status(object))
        // Only images, and images with chunks behind them, have a size.
        let isImage = status == 0 && [1, 4, 5].contains(functions.payloadType(object))
        return Popped(
            object: object,
            address: address,
            status: status,
            frameID: functions.frameID(object),
            ticks: functions.timestamp(object),
            systemTime: functions.systemTimestamp(object),
            size: isImage ? size(object) : nil
        )
    }

    private func size(_ object: UInt) -> (Int, Int, UInt32, Int) {
        var (x, y): (Int32, Int32) = (0, 0)
        unsafe functions.padding(object, &x, &y)
        return (
            Int(functions.width(object)), Int(functions.height(object)), functions.pixelFormat(object), Int(x)
        )
    }

    func release(_ object: UInt) { functions.release(object) }

    /// The counters of a stream, by the library's names.
    func counters(_ stream: UInt) -> [String: Int] {
        let names = (0..<min(functions.infoCount(stream), 100)).compactMap {
            unsafe copy(functions.infoName(stream, $0))
        }
        return Dictionary(
            names.map { ($0, Int(clamping: unsafe functions.info(stream, $0))) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
