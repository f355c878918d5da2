internal import Devices
internal import Glibc
internal import Platform
internal import Transports

/// A computer's video devices, in place of real ones: simulated USB cameras.
///
/// Each has two nodes, as real ones do: for images, and for data about them.
final class SimulatedVideo: VideoSystem {
    private struct Plugged: Sendable {
        var node: VideoNode
        let camera: SimulatedUVC
        var isThere = true
    }

    private struct Handle: Sendable {
        let camera: SimulatedUVC
        let isMetadata: Bool
        /// Which time the camera was plugged in; a handle of an earlier time is of no use.
        let life: Int
    }

    private struct State: Sendable {
        var cameras: [Plugged] = []
        var handles: [Int32: Handle] = [:]
        // Far from the numbers of real files.
        var nextFile: Int32 = 100_000
        var nextNumber = 0
    }

    private let state = Lock(State())

    init() {}

    /// The camera that a definition means, whose state outlives the process.
    convenience init(_ selection: VideoSelection, _ context: DriverContext) {
        self.init()
        let camera = SimulatedUVC(name: context.hardwareName, faults: context.faults)
        let isUnnumbered = selection.serial == nil && selection.port != nil
        let node = plugIn(camera, serial: isUnnumbered ? nil : selection.serial ?? "5F3C0A01", at: selection.port)
        if let path = selection.path {
            state.update { state in
                if path.hasPrefix("/dev/video") { state.cameras[0].node.path = path }
                if path != state.cameras[0].node.path { state.cameras[0].node.links = [path] }
            }
        }
        // The camera lives as long as the system that its driver has.
        context.faults?.show(below: { [weak self] fault in
            if fault == .unplug { self?.unplug(node) } else { self?.plugInAgain(node) }
        })
    }

    // MARK: Plugging

    /// Plugs a camera in, and returns its node.
    @discardableResult
    func plugIn(_ camera: SimulatedUVC, serial: String?, at port: String? = nil) -> VideoNode {
        state.update { state in
            let number = state.nextNumber
            state.nextNumber += 2
            let place = port ?? "1-\(number / 2 + 1)"
            let node = VideoNode("/dev/video\(number)", SimulatedUVC.title, port: place, serial: serial)
            state.cameras.append(Plugged(node: node, camera: camera))
            return node
        }
    }

    /// Unplugs the camera of a node, even while it is in use.
    func unplug(_ node: VideoNode) {
        let camera = state.update { state -> SimulatedUVC? in
            guard let index = state.cameras.firstIndex(where: { Self.isSame($0.node, node) }) else { return nil }
            state.cameras[index].isThere = false
            return state.cameras[index].camera
        }
        camera?.unplug()
    }

    /// Plugs an unplugged camera in again; its node has another number while a program still has the old one open.
    func plugInAgain(_ node: VideoNode) {
        let camera = state.update { state -> SimulatedUVC? in
            guard let index = state.cameras.firstIndex(where: { Self.isSame($0.node, node) }),
                !state.cameras[index].isThere
            else { return nil }
            state.cameras[index].isThere = true
            let camera = state.cameras[index].camera
            if state.handles.values.contains(where: { $0.camera === camera }) {
                state.cameras[index].node.path = "/dev/video\(state.nextNumber)"
                state.nextNumber += 2
            }
            return camera
        }
        camera?.powerUp()
    }

    private static func isSame(_ one: VideoNode, _ other: VideoNode) -> Bool {
        (one.port, one.serial) == (other.port, other.serial)
    }

    // MARK: Calls

    func nodes() -> [VideoNode] {
        state.withLock(\.cameras).filter(\.isThere).flatMap { plugged -> [VideoNode] in
            var second = plugged.node
            second.path = Self.metadataPath(plugged.node)
            second.index = 1
            second.links = []
            return [plugged.node, second]
        }
    }

    /// The node for data about images has the next number.
    private static func metadataPath(_ node: VideoNode) -> String {
        "/dev/video\((Int(node.path.drop { !$0.isNumber }) ?? 0) + 1)"
    }

    func open(_ path: String) throws(VideoStatus) -> Int32 {
        let file = state.update { state -> Int32? in
            for plugged in state.cameras where plugged.isThere {
                let isMetadata = path == Self.metadataPath(plugged.node)
                guard isMetadata || path == plugged.node.path || plugged.node.links.contains(path) else { continue }
                let file = state.nextFile
                state.nextFile += 1
                state.handles[file] = Handle(
                    camera: plugged.camera,
                    isMetadata: isMetadata,
                    life: plugged.camera.life
                )
                return file
            }
            return nil
        }
        guard let file else { throw VideoStatus(ENOENT) }
        return file
    }

    func close(_ file: Int32) {
        let handle = state.update { $0.handles.removeValue(forKey: file) }
        handle?.camera.release(file)
    }

    /// The camera behind a file; throws if it has been unplugged since.
    private func camera(_ file: Int32) throws(VideoStatus) -> SimulatedUVC {
        guard let handle = state.withLock({ $0.handles[file] }) else { throw VideoStatus(EBADF) }
        guard handle.camera.life == handle.life, handle.camera.isPlugged else { throw VideoStatus(ENODEV) }
        return handle.camera
    }

    func request(_ request: VideoRequest, _ record: inout VideoRecord, on file: Int32) throws(VideoStatus) {
        let camera = try camera(file)
        if state.withLock({ $0.handles[file]?.isMetadata ?? false }) {
            guard request == .capabilities else { throw VideoStatus(ENOTTY) }
            return camera.describe(&record, asMetadata: true)
        }
        try camera.request(request, &record, from: file)
    }

    func request(_ request: VideoRequest, control id: UInt32, _ value: inout LongValue, on file: Int32)
        throws(VideoStatus)
    {
        _ = try camera(file)
        // USB cameras have numbers of 32 bits only.
        throw VideoStatus(EINVAL)
    }

    func map(_ file: Int32, offset: UInt32, byteCount: Int) throws(VideoStatus) -> VideoMemory {
        try camera(file).map(offset: offset, byteCount: byteCount)
    }

    func wait(_ file: Int32, milliseconds: UInt32) -> VideoEvent {
        let end = ContinuousClock.now + .milliseconds(Int(milliseconds))
        repeat {
            guard let camera = try? camera(file) else { return .trouble }
            let event = camera.event(for: file)
            guard event == .nothing else { return event }
            Pause.wait(for: .milliseconds(1))
        } while ContinuousClock.now < end
        return .nothing
    }

    func holders(of path: String) -> [String] {
        let camera = state.withLock { $0.cameras.first { $0.node.path == path || $0.node.links.contains(path) } }?
            .camera
        return camera?.holders ?? []
    }
}
