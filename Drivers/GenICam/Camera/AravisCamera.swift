internal import Devices
internal import Platform
internal import SDKCameras
internal import SimulatedGigE
internal import Synchronization
internal import Transports

/// An open camera of Aravis: access to its features, with errors that name the call and the camera.
final class AravisCamera: Sendable {
    let library: AravisLibrary
    let place: CameraPlace
    let options: StreamOptions
    let serialNumber: String
    let model: String
    let isGigE: Bool
    let contact = Contact("arv_open_device")
    /// The library's object, or zero while the camera is closed.
    private let device: Atomic<UInt>
    let stream = Lock(StreamState())
    let written = WrittenValues<FeatureID, FeatureValue>()

    /// The choices of how images are received.
    struct StreamOptions: Sendable {
        /// Whether Aravis may read packets below the system's UDP, which needs rights and loses less.
        var usesPacketSocket = true
        var packetSize: Int?
    }

    init(_ library: AravisLibrary, _ place: CameraPlace, _ options: StreamOptions) throws {
        (self.library, self.place, self.options) = (library, place, options)
        let (id, serial) = try place.locate(library)
        let opened = try Self.open(library, id, place, options)
        do throws(DeviceError) {
            isGigE = library.isGigE(opened)
            let found = Self.text(library, opened, "DeviceSerialNumber") ?? Self.text(library, opened, "DeviceID")
            model = Self.text(library, opened, "DeviceModelName") ?? "camera"
            serialNumber = found ?? serial ?? id
            try Self.compare(found, serial, place)
        } catch {
            library.release(opened)
            throw error
        }
        device = Atomic(opened)
    }

    /// Opens a camera that no other program controls.
    private static func open(
        _ library: AravisLibrary,
        _ id: String,
        _ place: CameraPlace,
        _ options: StreamOptions
    ) throws(DeviceError) -> UInt {
        let address = IPv4Address(id)
        // The library would wait for it, and then open it without the right to change anything.
        if let address, GigEDiscovery.isControlled(address) == true { throw controlled(place, id) }
        let device: UInt
        do throws(AravisStatus) { device = try library.open(id) } catch {
            let isBusy = error.text.contains("BUSY")
            let hint = isBusy ? ": another program has it" : ""
            throw DeviceError(.initialise, "\(place.description) could not be opened\(hint)", cause: error)
        }
        guard library.isGigE(device) else { return device }
        guard library.functions.isController(device) != 0 else {
            library.release(device)
            throw controlled(place, id)
        }
        if !options.usesPacketSocket { library.functions.setStreamOptions(device, 1) }
        return device
    }

    private static func controlled(_ place: CameraPlace, _ id: String) -> DeviceError {
        DeviceError(
            .initialise,
            """
            \(place.description), at \(id), is controlled by another program: end that one; if it was killed, the camera \
            is free after its heartbeat, 3 s
            """
        )
    }

    /// Throws if another camera has been opened than the one that was asked for.
    private static func compare(_ found: String?, _ wanted: String?, _ place: CameraPlace) throws(DeviceError) {
        guard let found, let wanted, found != wanted else { return }
        throw DeviceError(.initialise, "\(place.description) was looked for, and the camera there is \(found)")
    }

    private static func text(_ library: AravisLibrary, _ device: UInt, _ name: String) -> String? {
        guard let node = library.node(name, device), library.kind(of: node) == .text else { return nil }
        let text = (try? library.string(node)) ?? ""
        return text.isEmpty ? nil : text
    }

    /// The library's object of the open camera; throws while it is closed.
    var handle: UInt {
        get throws(AravisStatus) {
            let handle = device.load(ordering: .acquiring)
            guard handle != 0 else { throw .closed }
            return handle
        }
    }

    func close() {
        endStream()
        let handle = device.exchange(0, ordering: .acquiringAndReleasing)
        guard handle != 0 else { return }
        library.release(handle)
        ControlLosses.forget(handle)
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("arv_open_device")
        let (id, _) = try place.locate(library)
        let opened = try Self.open(library, id, place, options)
        let found = Self.text(library, opened, "DeviceSerialNumber") ?? Self.text(library, opened, "DeviceID")
        do throws(DeviceError) { try Self.compare(found, serialNumber, place) } catch {
            library.release(opened)
            throw error
        }
        device.store(opened, ordering: .releasing)
        prepareTransport()
    }

    /// Ends an acquisition that a program before has left running, and sets the size of packets.
    func prepareTransport() {
        try? execute("AcquisitionStop")
        if let size = options.packetSize, isGigE, let node = try? node("GevSCPSPacketSize") {
            try? call("GevSCPSPacketSize = \(size)") { _ throws(AravisStatus) in try library.setInt(node, to: size) }
        }
    }

    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (id, value) in written.all {
            do throws(DeviceError) { try write(value, to: id) } catch {
                guard !error.isLoss else { throw error }
                report(error)
            }
        }
    }

    func releaseLibrary() { if case .simulated(let camera) = place { camera.close() } }

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (UInt) throws(AravisStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(AravisStatus) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: AravisStatus) -> DeviceError {
        DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    /// Whether the camera answers and this program controls it.
    var isThere: Bool {
        do throws(DeviceError) {
            try call("asking whether the camera is there") { handle throws(AravisStatus) in
                if ControlLosses.contains(handle) { throw .controlLost }
                guard isGigE else {
                    _ = try library.readRegister(0, handle)
                    return
                }
                let privilege = try library.readRegister(UInt64(GVCP.Register.privilege), handle)
                if privilege & 3 == 0 { throw .controlLost }
            }
            return true
        } catch { return !error.isLoss }
    }

    // Nodes

    /// The node of a feature; nil if the camera has none of the name.
    func node(_ name: String) throws(DeviceError) -> UInt? {
        try call(name) { handle throws(AravisStatus) in
            library.node(name, handle)
        }
    }

    func name(ofNode node: UInt) -> String? { library.name(of: node) }

    func execute(_ name: String) throws(DeviceError) {
        guard let node = try node(name) else { throw absent(name) }
        try call(name) { _ throws(AravisStatus) in try library.execute(node) }
    }

    func absent(_ name: String) -> DeviceError {
        DeviceError(.unsupported, "\(serialNumber) has no feature \(name)")
    }
}

extension AravisStatus {
    /// The kind of error that a client gets.
    fileprivate var kind: DeviceError.Kind {
        if isAbsence { return .unsupported }
        return mayNeedPause ? .incompatibleState : .failed
    }
}
