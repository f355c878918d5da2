internal import Devices
internal import Platform
internal import SDKCameras
internal import Synchronization

/// An open camera of the SDK: access to its parameters, with errors that name the call and the camera.
final class XiCamera: Sendable {
    let library: XiLibrary
    let serialNumber: String
    let model: String
    let contact = Contact("xiOpenDeviceBy")
    /// The SDK's handle, or ``closed``.
    private let handleNumber: Atomic<UInt>
    private static let closed: UInt = 0
    let written = WrittenValues<String, ParameterValue>()
    let capture = Lock(Capture())
    /// What the camera says about its parameters; empty until it has been read.
    let manifest = Lock(Manifest())

    /// Processes that look for cameras at the same time get wrong answers.
    private let turn: MachineTurn

    /// Opens the camera with a serial number, or the first free one.
    init(_ library: XiLibrary, serial: String?, turn: MachineTurn = XiCamera.turn) throws {
        (self.library, self.turn) = (library, turn)
        let (handle, camera) = try Self.open(library, serial, turn)
        (serialNumber, model) = (camera.serial, camera.model)
        handleNumber = Atomic(handle)
    }

    static let turn = MachineTurn("ximea")

    private static func open(
        _ library: XiLibrary,
        _ serial: String?,
        _ turn: MachineTurn
    ) throws -> (UInt, XiLibrary.Listed) {
        try turn.take(within: .seconds(60)) {
            if let serial { library.plugInSimulatedCamera(serial) }
            let cameras: [XiLibrary.Listed]
            do throws(XiStatus) { cameras = try library.cameras() } catch {
                throw DeviceError(.initialise, "xiGetNumberDevices of \(library.path)", cause: error)
            }
            let wanted = cameras.filter { serial == nil || $0.serial == serial }
            guard !wanted.isEmpty else {
                let seen = cameras.isEmpty ? "none" : cameras.map(\.serial).joined(separator: ", ")
                throw DeviceError(.initialise, "\(serial ?? "a camera") was not found; seen: \(seen)")
            }
            var reason: DeviceError?
            for camera in wanted {
                do throws(XiStatus) { return (try library.open(camera.serial), camera) } catch {
                    let holder = error == .locked ? ": another program has the camera" : ""
                    reason =
                        reason
                        ?? DeviceError(.initialise, "xiOpenDeviceBy of \(camera.serial)\(holder)", cause: error)
                }
            }
            throw reason ?? DeviceError(.initialise, "no camera")
        }
    }

    /// The cameras that the bus shows; none is opened.
    static func listed(_ library: XiLibrary, _ turn: MachineTurn = XiCamera.turn) throws -> [ListedDevice] {
        try turn.take(within: .seconds(60)) {
            do throws(XiStatus) {
                return try library.cameras().map { ListedDevice(serial: $0.serial, model: $0.model, link: $0.link) }
            } catch { throw DeviceError(.initialise, "xiGetNumberDevices of \(library.path)", cause: error) }
        }
    }

    /// The handle of the open camera; throws `invalidHandle` while it is closed.
    var handle: UInt {
        get throws(XiStatus) {
            let number = handleNumber.load(ordering: .acquiring)
            guard number != Self.closed else { throw .invalidHandle }
            return number
        }
    }

    func close() {
        let number = handleNumber.exchange(Self.closed, ordering: .acquiringAndReleasing)
        if number != Self.closed { library.close(number) }
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("xiOpenDeviceBy")
        handleNumber.store(try Self.open(library, serialNumber, turn).0, ordering: .releasing)
    }

    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (name, value) in written.all {
            do throws(DeviceError) { try write(value, to: name) } catch {
                guard !error.isLoss else { throw error }
                report(error)
            }
        }
    }

    /// The library begins and ends with the process.
    func releaseLibrary() {}

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (UInt) throws(XiStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(XiStatus) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: XiStatus) -> DeviceError {
        DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    /// Reads what the camera says about its parameters; older libraries have no such text, and then there is none.
    func readManifest() throws(DeviceError) {
        let name = "device_manifest"
        guard let size = try int(ifThere: "\(name):req_buf_size") else { return }
        guard (1...Manifest.sizeLimit).contains(size) else {
            throw DeviceError(.failed, "\(serialNumber) reports a manifest of \(size) bytes")
        }
        let text = try call(name) { handle throws(XiStatus) in try library.text(name, handle, length: size) }
        manifest.withLock { $0 = Manifest(text) }
    }

    var isThere: Bool {
        do throws(DeviceError) {
            if try int("isexist") == 0 { throw contact.noted(failure("isexist", .notReady)) }
            return true
        } catch { return !error.isLoss }
    }
}

/// A value of a parameter.
enum ParameterValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case float(Double)
    case text(String)

    /// As people write it.
    var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .float(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .text(let value): value
        }
    }
}

// Parameters
extension XiCamera {
    func int(_ name: String) throws(DeviceError) -> Int {
        try call(name) { handle throws(XiStatus) in try library.int(name, handle) }
    }

    func float(_ name: String) throws(DeviceError) -> Double {
        let value = try call(name) { handle throws(XiStatus) in try library.float(name, handle) }
        guard value.isFinite else {
            throw DeviceError(.failed, "\(serialNumber) reports \(name) = \(value), which is not plausible")
        }
        return value
    }

    func string(_ name: String) throws(DeviceError) -> String {
        try call(name) { handle throws(XiStatus) in try library.text(name, handle) }
    }

    /// A whole number that is safe to calculate with; throws if it is out of bounds.
    func int(_ name: String, within bounds: ClosedRange<Int>) throws(DeviceError) -> Int {
        let value = try int(name)
        guard bounds.contains(value) else {
            throw DeviceError(.failed, "\(serialNumber) reports \(name) = \(value), which is not plausible")
        }
        return value
    }

    /// The value of a parameter; nil if the camera does not have it.
    func int(ifThere name: String) throws(DeviceError) -> Int? {
        try ifThere { () throws(DeviceError) in try int(name) }
    }
    func float(ifThere name: String) throws(DeviceError) -> Double? {
        try ifThere { () throws(DeviceError) in try float(name) }
    }

    /// The result of a call; nil if it fails because the camera does not have a parameter.
    func ifThere<Result>(_ body: () throws(DeviceError) -> Result) throws(DeviceError) -> Result? {
        do throws(DeviceError) { return try body() } catch {
            guard (error.cause as? XiStatus)?.isAbsence == true else { throw error }
            return nil
        }
    }

    /// Sets a parameter, and notes it for a camera that has been away.
    func set(_ name: String, to value: ParameterValue) throws(DeviceError) {
        try write(value, to: name)
        written.note(value, for: name)
    }

    func set(_ name: String, to value: Int) throws(DeviceError) { try set(name, to: .int(value)) }

    /// Sets a parameter if the camera has it.
    func set(ifThere name: String, to value: Int) throws(DeviceError) {
        _ = try ifThere { () throws(DeviceError) in try set(name, to: value) }
    }

    func write(_ value: ParameterValue, to name: String) throws(DeviceError) {
        try call("\(name) = \(value)") { handle throws(XiStatus) in
            switch value {
            case .int(let number): try library.set(name, handle, to: number)
            case .float(let number): try library.set(name, handle, to: number)
            case .text(let text): try library.set(name, handle, to: text)
            }
        }
    }
}
