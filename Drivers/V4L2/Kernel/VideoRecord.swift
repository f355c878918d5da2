internal import CVideo4Linux

/// A record that goes to the kernel and back, as bytes with fields at the offsets of its own header.
struct VideoRecord: Sendable {
    private(set) var bytes: [UInt8]

    init(byteCount: Int) { bytes = [UInt8](repeating: 0, count: byteCount) }

    /// A number of 32 bits; zero outside of the record.
    subscript(offset: Int) -> UInt32 {
        get { UInt32(truncatingIfNeeded: number(at: offset, 4)) }
        set { set(UInt64(newValue), at: offset, 4) }
    }

    /// A number of 64 bits; zero outside of the record.
    subscript(long offset: Int) -> Int64 {
        get { Int64(bitPattern: number(at: offset, 8)) }
        set { set(UInt64(bitPattern: newValue), at: offset, 8) }
    }

    private func number(at offset: Int, _ size: Int) -> UInt64 {
        guard offset >= 0, offset + size <= bytes.count else { return 0 }
        var number: UInt64 = 0
        for index in 0..<size { number |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return number
    }

    private mutating func set(_ value: UInt64, at offset: Int, _ size: Int) {
        guard offset >= 0, offset + size <= bytes.count else { return }
        for index in 0..<size { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    /// The text in a field, which ends with a zero or with the field.
    func text(at offset: Int, _ size: Int) -> String {
        guard offset >= 0, offset < bytes.count else { return "" }
        return String(decoding: bytes[offset...].prefix(size).prefix { $0 != 0 }, as: UTF8.self)
    }

    mutating func setText(_ text: String, at offset: Int, _ size: Int) {
        for (index, byte) in text.utf8.prefix(size - 1).enumerated() where offset + index < bytes.count {
            bytes[offset + index] = byte
        }
    }

    /// Lends the record to the kernel.
    mutating func lend(_ call: (UnsafeMutableRawPointer?) -> Int32) -> Int32 {
        unsafe bytes.withUnsafeMutableBytes { unsafe call($0.baseAddress) }
    }
}

/// A request to the kernel, with the size of its record.
struct VideoRequest: Sendable, Hashable {
    let number: UInt
    let name: String
    let byteCount: Int

    private init(_ number: UInt, _ name: String, _ byteCount: Int) {
        (self.number, self.name, self.byteCount) = (number, name, byteCount)
    }

    static let capabilities = VideoRequest(video_querycap, "VIDIOC_QUERYCAP", capability_size)
    static let formats = VideoRequest(video_enum_fmt, "VIDIOC_ENUM_FMT", fmtdesc_size)
    static let format = VideoRequest(video_g_fmt, "VIDIOC_G_FMT", format_size)
    static let setFormat = VideoRequest(video_s_fmt, "VIDIOC_S_FMT", format_size)
    static let sizes = VideoRequest(video_enum_framesizes, "VIDIOC_ENUM_FRAMESIZES", frmsize_size)
    static let intervals = VideoRequest(video_enum_frameintervals, "VIDIOC_ENUM_FRAMEINTERVALS", frmival_size)
    static let parameters = VideoRequest(video_g_parm, "VIDIOC_G_PARM", streamparm_size)
    static let setParameters = VideoRequest(video_s_parm, "VIDIOC_S_PARM", streamparm_size)
    static let controlInfo = VideoRequest(video_query_ext_ctrl, "VIDIOC_QUERY_EXT_CTRL", control_info_size)
    static let menu = VideoRequest(video_querymenu, "VIDIOC_QUERYMENU", menu_size)
    static let control = VideoRequest(video_g_ctrl, "VIDIOC_G_CTRL", control_size)
    static let setControl = VideoRequest(video_s_ctrl, "VIDIOC_S_CTRL", control_size)
    static let longControl = VideoRequest(video_g_ext_ctrls, "VIDIOC_G_EXT_CTRLS", 0)
    static let setLongControl = VideoRequest(video_s_ext_ctrls, "VIDIOC_S_EXT_CTRLS", 0)
    static let buffers = VideoRequest(video_reqbufs, "VIDIOC_REQBUFS", reqbufs_size)
    static let buffer = VideoRequest(video_querybuf, "VIDIOC_QUERYBUF", buffer_size)
    static let queue = VideoRequest(video_qbuf, "VIDIOC_QBUF", buffer_size)
    static let dequeue = VideoRequest(video_dqbuf, "VIDIOC_DQBUF", buffer_size)
    static let start = VideoRequest(video_streamon, "VIDIOC_STREAMON", 4)
    static let stop = VideoRequest(video_streamoff, "VIDIOC_STREAMOFF", 4)

    var record: VideoRecord { VideoRecord(byteCount: byteCount) }
}

/// Numbers of Video4Linux (`linux/videodev2.h`).
enum VideoConstant {
    static let capture: UInt32 = 1
    static let mapped: UInt32 = 1
    static let anyField: UInt32 = 0
    static let discrete: UInt32 = 1
    /// A camera that has several ways to take images, each with its own interval.
    static let hasIntervals: UInt32 = 0x1000
}

/// The capabilities of a node, by their bits.
struct VideoCapabilities: OptionSet, Sendable {
    let rawValue: UInt32

    static let capture = VideoCapabilities(rawValue: 1)
    static let metadata = VideoCapabilities(rawValue: 0x80_0000)
    static let readWrite = VideoCapabilities(rawValue: 0x100_0000)
    static let streaming = VideoCapabilities(rawValue: 0x400_0000)
    /// Whether the node states its own abilities beside those of the whole device.
    static let hasOwn = VideoCapabilities(rawValue: 0x8000_0000)
}

/// The state of a buffer, in the bits of its flags.
struct VideoBufferFlags: OptionSet, Sendable {
    let rawValue: UInt32

    static let mapped = VideoBufferFlags(rawValue: 1)
    static let queued = VideoBufferFlags(rawValue: 2)
    static let done = VideoBufferFlags(rawValue: 4)
    /// The image is damaged.
    static let error = VideoBufferFlags(rawValue: 0x40)
    /// The time is that of the monotonic clock.
    static let monotonic = VideoBufferFlags(rawValue: 0x2000)
    /// The time is that of the beginning of the image, rather than of its end.
    static let timedAtStart = VideoBufferFlags(rawValue: 0x1_0000)
}
