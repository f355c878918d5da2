internal import Devices
internal import Glibc
internal import Platform
internal import SDKCameras
internal import Synchronization
internal import Transports

/// An open camera: requests to the kernel, with errors that name the request and the camera.
final class VideoCamera: Sendable {
    let system: any VideoSystem
    /// How the camera is found again: by what identifies it wherever it is plugged in, as far as that is known.
    private let selection: VideoSelection
    let serialNumber: String
    let model: String
    /// The kernel's driver of the camera: `uvcvideo`.
    let kernelDriver: String
    let contact = Contact("open")
    private let fileNumber: Atomic<Int32>
    private static let closed: Int32 = -1
    private let node: Lock<VideoNode>
    let written = WrittenValues<VideoSettingID, VideoValue>()
    /// What the driver does itself.
    let wishes = Lock(Wishes())
    let capture = Lock(Capture())

    /// What clients have asked for and the camera itself does not know.
    struct Wishes: Sendable {
        var roi: ROI?
        var channel = VideoChannel.luma
        var triggering = Triggering.software
    }

    /// Opens the camera that a definition means.
    init(_ system: any VideoSystem, _ selection: VideoSelection) throws(DeviceError) {
        let found = try Self.open(system, selection)
        self.system = system
        (model, kernelDriver) = (found.model, found.driver)
        fileNumber = Atomic(found.file)
        node = Lock(found.node)
        serialNumber = found.node.serial ?? found.node.port ?? found.node.path
        // Its number may be another one when it comes back.
        if let serial = found.node.serial {
            self.selection = VideoSelection(serial: serial, port: selection.port)
        } else if let port = found.node.port {
            self.selection = VideoSelection(port: port)
        } else {
            self.selection = VideoSelection(path: selection.path ?? found.node.path)
        }
    }

    private struct Found {
        let file: Int32
        let node: VideoNode
        let model, driver: String
    }

    /// Opens the first node of the selection that takes images; those for data about images are passed over.
    private static func open(_ system: any VideoSystem, _ selection: VideoSelection) throws(DeviceError) -> Found {
        let all = system.nodes()
        var problems: [String] = []
        var found: [Found] = []
        for node in selection.nodes(among: all) {
            do throws(VideoStatus) {
                if let camera = try open(system, node) { found.append(camera) }
            } catch { problems.append("\(node.path): \(reason(error, node, system))") }
        }
        // Codecs and image processors have nodes as well, and are taken only if they are named.
        let chosen = found.first { $0.driver == "uvcvideo" } ?? found.first
        for other in found where other.file != chosen?.file { system.close(other.file) }
        if let chosen {
            let others = found.filter { $0.node.port != chosen.node.port }
            if selection.serial != nil, let other = others.first {
                system.close(chosen.file)
                throw DeviceError(
                    .initialise,
                    "cameras at USB ports \(chosen.node.port ?? "?") and \(other.node.port ?? "?") have the serial "
                        + "number \(selection.serial ?? ""): add 'port' to the configuration"
                )
            }
            return chosen
        }
        let there = all.filter { $0.index == 0 }.map { node in
            "\(node.path) (\(node.name)\(node.serial.map { ", serial number \($0)" } ?? ""))"
        }
        let others = there.isEmpty ? "no video device is there" : "there are \(there.joined(separator: ", "))"
        throw DeviceError(
            .initialise,
            "no camera \(selection.title): \(problems.isEmpty ? others : problems.joined(separator: "; "))"
        )
    }

    private static func open(_ system: any VideoSystem, _ node: VideoNode) throws(VideoStatus) -> Found? {
        let file = try system.open(node.path)
        do throws(VideoStatus) {
            var record = VideoRequest.capabilities.record
            try system.request(.capabilities, &record, on: file)
            let card = VideoFields.card(record), driver = VideoFields.driver(record)
            let abilities = VideoFields.capabilities(record)
            if abilities.isSuperset(of: [.capture, .streaming]) {
                return Found(file: file, node: node, model: card, driver: driver)
            }
            system.close(file)
            return nil
        } catch {
            system.close(file)
            throw error
        }
    }

    private static func reason(_ status: VideoStatus, _ node: VideoNode, _ system: any VideoSystem) -> String {
        switch status.code {
        case EACCES, EPERM: "\(status): add this user to the group video"
        case EBUSY: busy(status, node.path, system)
        default: "\(status)"
        }
    }

    private static func busy(_ status: VideoStatus, _ path: String, _ system: any VideoSystem) -> String {
        let holders = system.holders(of: path)
        return holders.isEmpty ? "\(status)" : "\(status): \(holders.joined(separator: ", ")) has it open"
    }

    /// The device file at which the camera is now.
    var path: String { node.withLock(\.path) }

    func close() {
        let file = fileNumber.exchange(Self.closed, ordering: .acquiringAndReleasing)
        capture.update { $0 = Capture() }
        if file != Self.closed { system.close(file) }
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("open")
        let found = try Self.open(system, selection)
        node.withLock { $0 = found.node }
        fileNumber.store(found.file, ordering: .releasing)
    }

    /// Writes settings again, those that others had locked in a second pass.
    func restore(report: (any Error) -> Void) throws(DeviceError) {
        // A change of size forgets the area, but this is none.
        let roi = wishes.withLock(\.roi)
        defer { wishes.withLock { $0.roi = roi } }
        var locked: [(key: VideoSettingID, value: VideoValue)] = []
        for (id, value) in written.all {
            do throws(DeviceError) { try write(value, to: id) } catch {
                guard !error.isLoss else { throw error }
                locked.append((id, value))
            }
        }
        for (id, value) in locked {
            do throws(DeviceError) { try write(value, to: id) } catch {
                guard !error.isLoss else { throw error }
                // An exposure time, once the camera chooses that itself again.
                if case .control(let control) = id, (try? info(control))?.flags.contains(.inactive) == true { continue }
                report(error)
            }
        }
    }

    func releaseLibrary() {}

    // MARK: Calls

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (Int32) throws(VideoStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(VideoStatus) {
            let file = fileNumber.load(ordering: .acquiring)
            guard file != Self.closed else { throw VideoStatus(ENODEV) }
            return try body(file)
        } catch { throw contact.noted(failure(act, error)) }
    }

    /// Makes a request with a record that `fill` has prepared.
    func request(
        _ request: VideoRequest,
        _ act: @autoclosure () -> String? = nil,
        _ fill: (inout VideoRecord) -> Void = { _ in }
    ) throws(DeviceError) -> VideoRecord {
        var record = request.record
        fill(&record)
        let filled = record
        return try call(act() ?? request.name) { file throws(VideoStatus) in
            var record = filled
            try system.request(request, &record, on: file)
            return record
        }
    }

    /// The same; nil if what is asked for does not exist.
    func requestIfThere(
        _ request: VideoRequest,
        _ fill: (inout VideoRecord) -> Void = { _ in }
    ) throws(DeviceError) -> VideoRecord? {
        do throws(DeviceError) { return try self.request(request, nil, fill) } catch {
            guard (error.cause as? VideoStatus)?.isAbsence == true else { throw error }
            return nil
        }
    }

    func failure(_ act: String, _ status: VideoStatus) -> DeviceError {
        let act = "\(act) on \(serialNumber)"
        switch status.code {
        case EBUSY:
            let holders = system.holders(of: path)
            guard !holders.isEmpty else { return DeviceError(.incompatibleState, act, cause: status) }
            return DeviceError(
                .incompatibleState,
                "\(act): \(path) is in use by \(holders.joined(separator: ", "))",
                cause: status
            )
        case ENOSPC:
            let hint = "the USB controller has no bandwidth left; take a smaller size, MJPG, or another controller"
            return DeviceError(.failed, "\(act): \(hint)", cause: status)
        case EACCES: return DeviceError(.incompatibleState, act, cause: status)
        case EINVAL, ENOTTY: return DeviceError(.unsupported, act, cause: status)
        default: return DeviceError(.failed, act, cause: status)
        }
    }

    var isThere: Bool {
        do throws(DeviceError) {
            _ = try request(.capabilities)
            return true
        } catch { return !error.isLoss }
    }
}
