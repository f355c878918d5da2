import Devices
import Pickle
import Platform
import SDKCameras

/// A camera of an SDK that has a ring of its own, with images that a test makes.
// Why unchecked: only the acquisition reads the memory, one call at a time.
@safe final class RingCamera: SDKCamera, @unchecked Sendable {
    struct State: Sendable {
        var due: [WaitResult] = []
        var calls: [String] = []
        var isThere = true
        var triggering = Triggering.freeRunning
        var refusals: [RingStatus] = []
    }

    static let layout = (width: 3, height: 2, stride: 8)
    let serialNumber = "R-1"
    let contact = Contact("open")
    let queuesBuffers = false
    let state = Lock(State())
    private let memory = FrameBuffer(byteCount: 16)

    init() { unsafe memory.memory.copyBytes(from: (0..<16).map { UInt8($0) }) }

    /// The memory of the present image.
    var image: Arrival.Pixels { unsafe .borrowed(BorrowedMemory(UnsafeRawBufferPointer(memory.memory))) }

    func note(_ call: String) { state.update { $0.calls.append(call) } }

    /// Makes a call, which fails if a test has ordered that.
    private func call(_ act: String) throws(DeviceError) {
        note(act)
        guard let status = state.update({ $0.refusals.isEmpty ? nil : $0.refusals.removeFirst() }) else { return }
        throw contact.noted(DeviceError(.failed, "\(act) on R-1", cause: status))
    }

    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let (width, height, stride) = Self.layout
            return try ImageLayout(
                width: width,
                height: height,
                .init(.uint8),
                stride: stride,
                byteCount: 16,
                of: "R-1"
            )
        }
    }

    var triggering: Triggering { state.withLock(\.triggering) }
    func imageTime(_ triggering: Triggering) -> Double { 0 }
    func queue(_ buffer: FrameBuffer) throws(DeviceError) { try call("queue") }
    func flush() throws(DeviceError) { try call("flush") }
    func start(ring count: Int) throws(DeviceError) { try call("start \(count)") }
    func stop() throws(DeviceError) { try call("stop") }
    func sendTrigger() throws(DeviceError) {
        try call("trigger")
        state.update { $0.due.append(.image(Arrival(image))) }
    }

    func wait(milliseconds: UInt32) -> WaitResult {
        let limit = Duration.milliseconds(Int(milliseconds))
        return state.wait(within: limit) { $0.due.isEmpty ? nil : $0.due.removeFirst() } ?? .none
    }

    var isThere: Bool { state.withLock(\.isThere) }
    func close() { note("close") }
    func reopen() throws { try call("reopen") }
    func restore(report: (any Error) -> Void) throws(DeviceError) { try call("restore") }
    func releaseLibrary() { note("release") }

    /// Changes a setting.
    func change() throws(DeviceError) { try call("change") }
}

enum RingStatus: SDKStatus {
    case gone, busy, wrong

    var isLoss: Bool { self == .gone }
    var mayNeedPause: Bool { self == .busy }
}
