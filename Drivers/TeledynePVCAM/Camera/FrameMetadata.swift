internal import SDKCameras

/// The camera's own data on a frame, in front of its pixels.
struct FrameMetadata: Sendable, Equatable {
    /// The camera's number of the frame.
    let number: UInt32
    /// The start of the exposure in seconds of the camera's clock.
    let begin: Double
    /// The end of the frame.
    let end: Double
    /// Where the pixels of the first region begin.
    let pixelOffset: Int

    private static let signature: UInt32 = 0x0051_4D50
    private static let frameHeader = 48, regionHeader = 32

    /// The bytes in front of the pixels, at least.
    static let leastBytes = frameHeader + regionHeader

    /// Reads the headers of a frame that begins at an offset and has this size; nil if there are none.
    init?(_ buffer: FrameBuffer, at start: Int, byteCount: Int) {
        guard start >= 0, byteCount >= Self.leastBytes, start + byteCount <= buffer.byteCount else { return nil }
        func load<Value: BitwiseCopyable>(_ offset: Int, _ type: Value.Type) -> Value {
            buffer.load(at: start + offset, as: type)
        }
        guard load(0, UInt32.self) == Self.signature else { return nil }
        number = load(5, UInt32.self)
        if load(4, UInt8.self) >= 3 {
            (begin, end) = (Double(load(11, UInt64.self)) / 1e12, Double(load(19, UInt64.self)) / 1e12)
        } else {
            let unit = Double(load(19, UInt32.self)) / 1e9
            (begin, end) = (Double(load(11, UInt32.self)) * unit, Double(load(15, UInt32.self)) * unit)
        }
        let region = Self.frameHeader + Int(load(38, UInt16.self))
        guard region + Self.regionHeader <= byteCount else { return nil }
        pixelOffset = region + Self.regionHeader + Int(load(region + 23, UInt16.self))
        guard pixelOffset < byteCount else { return nil }
    }
}

/// The camera's clock, related to the computer's by the frames that have arrived.
///
/// Nobody can ask for the camera's clock. A frame arrives some time after its end, and the one that came soonest shows
/// how the clocks are related. They drift apart, so this is found anew for each minute.
struct FrameClock: Sendable {
    private struct Window: Sendable {
        let since: Double
        /// The least difference between arrival and end.
        var least: Double
    }

    private var current: Window?
    private var previous: Window?
    private var latest = -Double.infinity
    private static let minute = 60.0

    /// The time at which an exposure has begun, in seconds since 1970.
    ///
    /// - Parameters:
    ///   - begin, end: the start and the end of the frame by the camera's clock.
    ///   - arrival: the present time.
    mutating func time(begin: Double, end: Double, arrival: Double) -> Double? {
        guard begin.isFinite, end.isFinite, end >= begin else { return nil }
        // The camera's clock has begun again.
        if end < latest { (current, previous) = (nil, nil) }
        latest = end
        let difference = arrival - end
        if let window = current, arrival - window.since < Self.minute, arrival >= window.since {
            current = Window(since: window.since, least: min(window.least, difference))
        } else {
            previous = current
            current = Window(since: arrival, least: difference)
        }
        let least = min(current?.least ?? difference, previous?.least ?? difference)
        return begin + least
    }
}
