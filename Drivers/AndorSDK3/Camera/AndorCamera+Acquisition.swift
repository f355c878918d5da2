internal import Devices
internal import Pickle
internal import SDKCameras

extension AndorCamera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let label = try label("PixelEncoding")
            guard let encoding = PixelEncoding(rawValue: label) else {
                throw DeviceError(.unsupported, "cannot read images of PixelEncoding \(label) on \(serialNumber)")
            }
            let width = try int("AOIWidth", within: Area.sides)
            let height = try int("AOIHeight", within: Area.sides)
            let byteCount = try int("ImageSizeBytes", within: 1...1 << 40)
            return try ImageLayout(
                width: width,
                height: height,
                encoding.format,
                // A SimCam has no stride feature, and its rows have no padding.
                stride: try has("AOIStride")
                    ? try int("AOIStride", within: 1...1 << 24) : encoding.format.rowBytes(width),
                byteCount: byteCount,
                hasTicks: try has("MetadataEnable") ? try bool("MetadataEnable") : false,
                of: serialNumber
            )
        }
    }

    var triggering: Triggering {
        get throws(DeviceError) {
            switch AndorTriggerMode(rawValue: try label("TriggerMode")) {
            case .software: .software
            case .freeRunning: .freeRunning
            // Of a mode that clients have no name for, nothing is known.
            default: .external
            }
        }
    }

    func imageTime(_ triggering: Triggering) -> Double {
        var seconds = (try? float("ExposureTime")) ?? 0
        if let rate = try? float("FrameRate"), triggering == .freeRunning, rate > 0 { seconds = max(seconds, 1 / rate) }
        return seconds + ((try? float("ReadoutTime")) ?? 0)
    }

    var hardwareClock: HardwareClock? {
        guard (try? has("TimestampClock")) == true, let frequency = try? int("TimestampClockFrequency") else {
            return nil
        }
        return HardwareClock(frequency: frequency) { try? int("TimestampClock") }
    }

    func ticks(in buffer: FrameBuffer) -> UInt64? { Metadata(buffer).ticks }

    var queuesBuffers: Bool { true }

    func queue(_ buffer: FrameBuffer) throws(DeviceError) {
        try call("AT_QueueBuffer") { handle throws(AndorStatus) in try sdk.queue(buffer, handle) }
    }

    func flush() throws(DeviceError) {
        do throws(AndorStatus) { try sdk.flush(handle) } catch { throw failure("AT_Flush", error) }
    }

    func start(ring count: Int) throws(DeviceError) { try perform("AcquisitionStart") }

    func stop() throws(DeviceError) {
        // A series of fixed length has stopped by itself.
        if try bool("CameraAcquiring") { try perform("AcquisitionStop") }
    }

    func sendTrigger() throws(DeviceError) { try perform(.softwareTrigger) }

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("AT_WaitBuffer")
        do throws(AndorStatus) {
            let (address, _) = try sdk.wait(handle, milliseconds: milliseconds)
            return .image(Arrival(.queued(address: address)))
        } catch {
            return switch error {
            case .timedOut: .none
            case .noData where hasEnded: .ended
            case .hardwareOverflow: .overflowed(failure("images were lost", error))
            case _ where error.isLoss: .lost(failure("waiting for an image", error))
            default: .failed(failure("images were lost", error))
            }
        }
    }

    /// Whether a series of fixed length is complete.
    private var hasEnded: Bool { (try? label("CycleMode")) == "Fixed" }

    func releaseLibrary() { sdk.finalise() }
}

extension AndorCamera: SDKSettings {
    /// The choices of a feature; of pixel encodings, those that the driver can read.
    func listedChoices(_ feature: AndorFeature) throws(DeviceError) -> ListedChoices {
        let choices = try choices(feature)
        guard feature == "PixelEncoding" else { return ListedChoices(choices) }
        return ListedChoices(choices.filter { PixelEncoding(rawValue: $0.label) != nil })
    }

    func setString(_ feature: AndorFeature, to value: String) throws(DeviceError) {
        try write(.string(value), to: feature)
    }
}

/// The SDK's pixel encodings.
enum PixelEncoding: String, Sendable, CaseIterable {
    case mono8 = "Mono8"
    case mono12 = "Mono12"
    case mono12Packed = "Mono12Packed"
    case mono16 = "Mono16"
    case mono32 = "Mono32"

    var format: PixelFormat {
        switch self {
        case .mono8: PixelFormat(.uint8)
        case .mono12, .mono16: PixelFormat(.uint16)
        case .mono12Packed: PixelFormat(packed: .middleByte)
        case .mono32: PixelFormat(.uint32)
        }
    }
}

/// The metadata of an image: blocks behind the pixels that are read from the end.
struct Metadata: Sendable, Equatable {
    /// The camera's clock at the start of the exposure.
    private(set) var ticks: UInt64?

    /// The numbers of the blocks.
    private enum Block { static let image: UInt32 = 0, timestamp: UInt32 = 1 }

    /// - Parameters:
    ///   - load: reads four bytes at an offset.
    ///   - loadLong: reads eight bytes at an offset.
    init(byteCount: Int, _ load: (Int) -> UInt32, _ loadLong: (Int) -> UInt64) {
        var end = byteCount
        // Each block ends with its number and its length, which counts the number but not itself.
        while end >= 8 {
            let length = Int(load(end - 4))
            let start = end - 4 - length
            guard length >= 4, start >= 0 else { return }
            switch load(end - 8) {
            case Block.image: return
            case Block.timestamp where length >= 12: ticks = loadLong(start)
            default: break
            }
            end = start
        }
    }

    init(_ buffer: FrameBuffer) {
        self.init(
            byteCount: buffer.byteCount,
            { UInt32(littleEndian: buffer.load(at: $0, as: UInt32.self)) },
            { UInt64(littleEndian: buffer.load(at: $0, as: UInt64.self)) }
        )
    }
}
