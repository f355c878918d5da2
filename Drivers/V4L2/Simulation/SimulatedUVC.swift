internal import CVideo4Linux
internal import Devices
internal import Glibc
internal import Platform

/// A simulated USB camera with the habits of `uvcvideo`, the driver for the standard class.
///
/// Formats and controls stay as they are until it loses its power; buffers belong to the file that has asked for them.
final class SimulatedUVC: Sendable {
    static let title = "Simulated USB Camera"

    struct State: Sendable {
        /// Which time the camera was plugged in.
        var life = 1
        var isPlugged = true
        var mode = Model.modes[0]
        var interval = Model.modes[0].intervals[0]
        /// The values of ``Model/controls``, in their order.
        var values = Model.controls.map(\.initial)
        var stream: SimulatedStream?
        /// Faults that happen once.
        var mishaps: [Mishap] = []
    }

    /// Something that goes wrong once.
    enum Mishap: Sendable, Equatable {
        /// `VIDIOC_STREAMON` finds no bandwidth.
        case noBandwidth
        /// An image is marked as damaged.
        case damagedImage
        /// Only the beginning of an image arrives.
        case cutImage
        /// `VIDIOC_DQBUF` reports an internal fault.
        case internalFault
    }

    let state = Lock(State())
    private let hardware: SimulatedHardware
    let faults: OrderedFaults?
    private let claim: SimulatedClaim

    /// - Parameter name: the name by which it keeps its state; empty for a camera that begins afresh.
    init(name: String = "", faults: OrderedFaults? = nil) {
        self.faults = faults
        hardware = SimulatedHardware(name.isEmpty ? "" : "\(name) video", Self.kept(State()))
        claim = SimulatedClaim(name)
        let values = hardware.values
        state.update { state in
            guard let index = Int(exactly: values[0]), Model.modes.indices.contains(index) else { return }
            (state.mode, state.interval) = (Model.modes[index], VideoInterval(seconds: values[1]))
            state.values = zip(values.dropFirst(2), Model.controls).map { Int(exactly: $0) ?? $1.initial }
        }
    }

    private static func kept(_ state: State) -> [Double] {
        let index = Model.modes.firstIndex { $0.mode == state.mode.mode } ?? 0
        return [Double(index), state.interval.seconds] + state.values.map(Double.init)
    }

    /// Notes the present state for the next process.
    func keep() { hardware.values = Self.kept(state.withLock { $0 }) }

    var life: Int { state.withLock(\.life) }
    var isPlugged: Bool { state.withLock(\.isPlugged) }

    /// The programs that have the camera's buffers.
    var holders: [String] { claim.holders }

    func happens(_ mishap: Mishap) { state.update { $0.mishaps.append(mishap) } }

    func unplug() {
        state.update { state in
            state.isPlugged = false
            state.stream = nil
        }
        claim.release()
    }

    /// Everything is as the maker has set it.
    func powerUp() {
        state.update { state in
            let life = state.life
            state = State()
            state.life = life + 1
        }
        keep()
    }

    /// Takes back what a file has, when it is closed.
    func release(_ file: Int32) {
        let hadBuffers = state.update { state in
            guard state.stream?.owner == file else { return false }
            state.stream = nil
            return true
        }
        if hadBuffers { claim.release() }
    }

    /// Gives the buffers to a file; throws while another file or another program has them.
    func take(for file: Int32, _ count: Int) throws(VideoStatus) {
        let isOthers = state.withLock { $0.stream.map { $0.owner != file } ?? false }
        guard !isOthers, claim.take() else { throw VideoStatus(EBUSY) }
        state.update { $0.stream = SimulatedStream(owner: file, $0.mode, $0.period, count) }
    }
}

extension SimulatedUVC.State {
    func value(_ id: UInt32) -> Int {
        SimulatedUVC.Model.controls.firstIndex { $0.id == id }.map { values[$0] } ?? 0
    }

    var isExposureManual: Bool { value(VideoControl.exposureMode) == ExposureMode.manual }

    /// The time from one image to the next, in seconds: a long exposure makes it longer.
    var period: Double {
        isExposureManual ? max(interval.seconds, Double(value(VideoControl.exposureTime)) * 1e-4) : interval.seconds
    }
}

/// The right to a simulated camera's images, which one program at a time has: a lock on a file in the server's folder for
/// simulated hardware.
private final class SimulatedClaim: Sendable {
    private let path: String?
    private let file = Lock<Int32>(-1)

    init(_ name: String) {
        let folder = name.isEmpty ? nil : SimulatedHardwareFolder.current
        path = folder.map { "\($0)/\(SimulatedHardware.fileName("\(name) video lock"))" }
    }

    deinit { release() }

    func take() -> Bool {
        guard let path else { return true }
        return file.withLock { file in
            guard file < 0 else { return true }
            let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard opened >= 0 else { return true }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                close(opened)
                return false
            }
            file = opened
            return true
        }
    }

    func release() {
        file.withLock { file in
            if file >= 0 { close(file) }
            file = -1
        }
    }

    var holders: [String] {
        guard let path = path.flatMap({ FileSystem.realPath($0) }) else { return [] }
        return FileHolders(where: { $0 == path }).names
    }
}

extension SimulatedUVC {
    /// Formats and controls, as a camera with them describes itself by `v4l2-ctl --all --list-formats-ext`.
    enum Model {
        struct Mode: Sendable, Equatable {
            let mode: VideoMode
            let title: String
            let intervals: [VideoInterval]

            init(_ format: String, _ title: String, _ width: Int, _ height: Int, bytes: Int, rates: [Double]) {
                var mode = VideoMode(FourCC(format), width: width, height: height)
                mode.row = format == "MJPG" ? 0 : format == "NV12" ? width : width * bytes
                mode.byteCount = format == "NV12" ? width * height * 3 / 2 : width * height * bytes
                (self.mode, self.title) = (mode, title)
                intervals = rates.map { VideoInterval(seconds: 1 / $0) }
            }
        }

        static let modes = [
            Mode("YUYV", "YUYV 4:2:2", 640, 480, bytes: 2, rates: [30, 15, 5]),
            Mode("YUYV", "YUYV 4:2:2", 320, 240, bytes: 2, rates: [60, 30, 15, 5]),
            Mode("YUYV", "YUYV 4:2:2", 1280, 720, bytes: 2, rates: [10, 5]),
            Mode("MJPG", "Motion-JPEG", 640, 480, bytes: 2, rates: [30, 15]),
            Mode("MJPG", "Motion-JPEG", 1280, 720, bytes: 2, rates: [30, 15]),
            Mode("MJPG", "Motion-JPEG", 1920, 1080, bytes: 2, rates: [30, 15]),
            Mode("NV12", "Y/UV 4:2:0", 640, 480, bytes: 1, rates: [30, 15]),
            Mode("GREY", "8-bit Greyscale", 640, 480, bytes: 1, rates: [60, 30, 15]),
            Mode("Y16", "16-bit Greyscale", 640, 480, bytes: 2, rates: [30, 15]),
            Mode("BA81", "8-bit Bayer BGBG/GRGR", 640, 480, bytes: 1, rates: [30, 15]),
        ]

        struct Control: Sendable {
            let id: UInt32
            let kind: VideoControl.Kind
            let name: String
            let least, most, step, initial: Int
            var entries: [Int: String] = [:]
            var isReadOnly = false
            /// The control that makes this one inactive, and its values that do not.
            var needs: (id: UInt32, values: [Int])?
        }

        static let controls = [
            Control(id: 0x98_0900, kind: .int, name: "Brightness", least: -64, most: 64, step: 1, initial: 0),
            Control(id: 0x98_0901, kind: .int, name: "Contrast", least: 0, most: 64, step: 1, initial: 32),
            Control(id: 0x98_0902, kind: .int, name: "Saturation", least: 0, most: 128, step: 1, initial: 64),
            Control(
                id: 0x98_090c,
                kind: .bool,
                name: "White Balance, Automatic",
                least: 0,
                most: 1,
                step: 1,
                initial: 1
            ),
            Control(id: 0x98_0910, kind: .int, name: "Gamma", least: 72, most: 500, step: 1, initial: 100),
            Control(id: 0x98_0913, kind: .int, name: "Gain", least: 0, most: 100, step: 1, initial: 0),
            Control(
                id: 0x98_0918,
                kind: .menu,
                name: "Power Line Frequency",
                least: 0,
                most: 2,
                step: 1,
                initial: 1,
                entries: [0: "Disabled", 1: "50 Hz", 2: "60 Hz"]
            ),
            Control(
                id: 0x98_091a,
                kind: .int,
                name: "White Balance Temperature",
                least: 2800,
                most: 6500,
                step: 10,
                initial: 4600,
                needs: (0x98_090c, [0])
            ),
            Control(id: 0x98_091b, kind: .int, name: "Sharpness", least: 0, most: 6, step: 1, initial: 3),
            Control(
                id: VideoControl.exposureMode,
                kind: .menu,
                name: "Auto Exposure",
                least: 0,
                most: 3,
                step: 1,
                initial: 3,
                entries: [1: "Manual Mode", 3: "Aperture Priority Mode"]
            ),
            Control(
                id: VideoControl.exposureTime,
                kind: .int,
                name: "Exposure Time, Absolute",
                least: 1,
                most: 5000,
                step: 1,
                initial: 157,
                needs: (VideoControl.exposureMode, [1])
            ),
            Control(
                id: VideoControl.exposureChangesRate,
                kind: .bool,
                name: "Exposure, Dynamic Framerate",
                least: 0,
                most: 1,
                step: 1,
                initial: 1
            ),
            Control(
                id: 0x9a_0910,
                kind: .bool,
                name: "Privacy",
                least: 0,
                most: 1,
                step: 1,
                initial: 0,
                isReadOnly: true
            ),
        ]
    }
}
