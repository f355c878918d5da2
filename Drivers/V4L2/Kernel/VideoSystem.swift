internal import CVideo4Linux
internal import Devices
internal import Glibc
internal import Platform
internal import SDKCameras
internal import Transports

/// The calls by which the driver reaches video devices: those of the kernel, or of a simulation.
protocol VideoSystem: Sendable {
    /// The video nodes that are there now, in the order of their numbers.
    func nodes() -> [VideoNode]
    /// Opens a node, for reading and writing, without waiting.
    func open(_ path: String) throws(VideoStatus) -> Int32
    func close(_ file: Int32)
    func request(_ request: VideoRequest, _ record: inout VideoRecord, on file: Int32) throws(VideoStatus)
    /// Reads or writes a control that is a text, in memory of the size of `text`, or a number of 64 bits.
    func request(_ request: VideoRequest, control id: UInt32, _ value: inout LongValue, on file: Int32)
        throws(VideoStatus)
    /// Maps a buffer of the node into memory.
    func map(_ file: Int32, offset: UInt32, byteCount: Int) throws(VideoStatus) -> VideoMemory
    /// Waits for an image.
    func wait(_ file: Int32, milliseconds: UInt32) -> VideoEvent
    /// The programs that have a node open, beside this one: `cheese (process 4211)`.
    func holders(of path: String) -> [String]
}

/// The result of a wait for an image.
enum VideoEvent: Sendable {
    case image, nothing
    /// No buffer is queued, nothing is streaming, or the device is gone.
    case trouble
}

/// The value of a control that does not fit into 32 bits.
enum LongValue: Sendable, Equatable {
    case number(Int64)
    /// A text with the zero that ends it, in as many bytes as the control takes.
    case text([UInt8])
}

/// The error number of a call to the kernel.
struct VideoStatus: SDKStatus, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    var isLoss: Bool { [ENODEV, ENXIO, ENOENT, EBADF].contains(code) }
    var mayNeedPause: Bool { code == EBUSY }
    /// Whether a list has ended, or something does not exist.
    var isAbsence: Bool { [EINVAL, ENOTTY].contains(code) }

    var description: String { SystemError.text(code) }
}

/// A buffer of a node, mapped into memory until this object goes.
// Unchecked: one thread at a time reads it, while the buffer is not queued.
@safe final class VideoMemory: @unchecked Sendable {
    @unsafe let bytes: UnsafeMutableRawBufferPointer
    private let unmap: @Sendable (UInt, Int) -> Void

    /// - Parameter unmap: called at the end with address and size.
    @unsafe init(_ bytes: UnsafeMutableRawBufferPointer, unmap: @escaping @Sendable (UInt, Int) -> Void) {
        unsafe self.bytes = bytes
        self.unmap = unmap
    }

    deinit { unsafe unmap(UInt(bitPattern: bytes.baseAddress), bytes.count) }

    var byteCount: Int { unsafe bytes.count }
}

/// The video devices of this computer.
struct LinuxVideo: VideoSystem {
    /// The folder before `/sys` and `/dev`: empty for this computer.
    var root = ""

    func nodes() -> [VideoNode] { VideoNode.all(root: root) }

    func open(_ path: String) throws(VideoStatus) -> Int32 {
        let file = unsafe Glibc.open(root + path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw VideoStatus(errno) }
        return file
    }

    func close(_ file: Int32) { _ = Glibc.close(file) }

    func request(_ request: VideoRequest, _ record: inout VideoRecord, on file: Int32) throws(VideoStatus) {
        try check(unsafe record.lend { unsafe video_ioctl(file, request.number, $0) })
    }

    func request(_ request: VideoRequest, control id: UInt32, _ value: inout LongValue, on file: Int32)
        throws(VideoStatus)
    {
        switch value {
        case .number(var number):
            try check(unsafe video_extended_control(file, request.number, id, &number, 0))
            value = .number(number)
        case .text(var text):
            try check(unsafe video_extended_control(file, request.number, id, &text, UInt32(text.count)))
            value = .text(text)
        }
    }

    private func check(_ code: Int32) throws(VideoStatus) {
        guard code == 0 else { throw VideoStatus(code) }
    }

    func map(_ file: Int32, offset: UInt32, byteCount: Int) throws(VideoStatus) -> VideoMemory {
        let start = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file, off_t(offset))
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw VideoStatus(errno) }
        return unsafe VideoMemory(UnsafeMutableRawBufferPointer(start: start, count: byteCount)) { address, count in
            unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), count)
        }
    }

    func wait(_ file: Int32, milliseconds: UInt32) -> VideoEvent {
        var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wanted, 1, Int32(clamping: milliseconds)) > 0 else { return .nothing }
        return Int32(wanted.revents) & (POLLERR | POLLHUP | POLLNVAL) == 0 ? .image : .trouble
    }

    func holders(of path: String) -> [String] { FileHolders(ofDeviceAt: root + path).names }
}
