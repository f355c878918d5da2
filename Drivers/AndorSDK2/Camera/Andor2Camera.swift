internal import Devices
internal import Platform
internal import SDKCameras

/// An open camera of the library: calls for it, with errors that name the call and the camera.
final class Andor2Camera: Sendable {
    let library: Andor2Library
    let serialNumber: String
    let model: String
    let sensor: SensorShape
    let capabilities: Andor2Capabilities
    let readouts: Readouts
    /// The library's trigger modes that the camera has.
    let triggerModes: [Int]
    /// The shortest row of an image, and whether there is a shutter.
    let leastLength: Int
    let hasShutter: Bool
    let contact = Contact("Initialize")
    /// What the camera is set up with, and what came of it.
    let plan: Lock<Plan>
    let timings = Lock(Timings())
    let cooling = Lock(Cooling())
    let lastTemperature = Lock<(celsius: Double, state: Andor2Status)?>(nil)
    let capture = Lock(Capture())
    private let folder: String
    /// The library's handle; nil while the camera is closed.
    private let handleNumber: Lock<Int32?>

    /// The true times of the last setup, in seconds.
    struct Timings: Sendable {
        var exposure = 0.1, period = 0.1, readout = 0.0
    }

    /// Takes over a camera that has been initialised.
    init(_ library: Andor2Library, _ handle: Int32, folder: String) throws(DeviceError) {
        (self.library, self.folder) = (library, folder)
        handleNumber = Lock(handle)
        do throws(Andor2Status) {
            serialNumber = unsafe "\(try library.int(handle) { unsafe $0.serialNumber })"
            model = try library.headModel(handle)
            let (width, height) = unsafe try library.ints(handle) { unsafe $0.detector }
            // More than any sensor has, and small enough to be multiplied.
            guard (1...1 << 16).contains(width), (1...1 << 16).contains(height) else { throw .generalError }
            sensor = SensorShape(width: width, height: height)
            capabilities = try library.capabilities(handle)
            readouts = try Readouts(handle, library, capabilities)
        } catch { throw DeviceError(.initialise, "the identity of a camera of \(library.path)", cause: error) }
        triggerModes = Exposing.modes.map(\.key).filter { mode in
            (try? library.call(handle) { $0.isTriggerThere(Int32(mode)) }) != nil
        }
        let least = unsafe (try? library.int(handle) { unsafe $0.leastLength }) ?? 1
        leastLength = min(max(least, 1), sensor.width)
        hasShutter = unsafe (try? library.int(handle) { unsafe $0.hasShutter }) ?? 0 != 0
        var plan = Plan(roi: ROI(left: 0, top: 0, width: sensor.width, height: sensor.height))
        plan.vsSpeed = readouts.recommendedVSSpeed
        plan.gain = readouts.modes[0].gains.first ?? 0
        plan.hasMetadata = capabilities.hasMetadata
        self.plan = Lock(plan)
    }

    /// The handle of the open camera; throws `notInitialised` while it is closed.
    var handle: Int32 {
        get throws(Andor2Status) {
            guard let handle = handleNumber.withLock({ $0 }) else { throw .notInitialised }
            return handle
        }
    }

    func close() {
        let handle = handleNumber.withLock { number in
            defer { number = nil }
            return number
        }
        if let handle { library.shutDown(handle) }
        capture.withLock { $0 = Capture() }
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("Initialize")
        let handle = try library.reopen(serialNumber, folder: folder)
        handleNumber.withLock { $0 = handle }
    }

    func restore(report: (any Error) -> Void) throws(DeviceError) {
        do throws(DeviceError) { try apply(cooling.withLock { $0 }, over: nil) } catch {
            guard !error.isLoss else { throw error }
            report(error)
        }
        do throws(DeviceError) { try setUp() } catch {
            guard !error.isLoss else { throw error }
            report(error)
        }
    }

    func releaseLibrary() {}

    /// Makes a call for the camera, and names it in the error if it fails.
    func call(
        _ act: @autoclosure () -> String,
        _ body: (Andor2Functions) -> UInt32?
    ) throws(DeviceError) {
        try read(act()) { handle throws(Andor2Status) in try library.call(handle, body) }
    }

    /// Makes a call, and does nothing if the camera or the library lacks it.
    func callIfThere(
        _ act: @autoclosure () -> String,
        _ body: (Andor2Functions) -> UInt32?
    ) throws(DeviceError) {
        do throws(DeviceError) { try call(act(), body) } catch {
            guard (error.cause as? Andor2Status)?.isAbsence == true else { throw error }
        }
    }

    func read<Result>(
        _ act: @autoclosure () -> String,
        _ body: (Int32) throws(Andor2Status) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(Andor2Status) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: Andor2Status) -> DeviceError {
        DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    var isThere: Bool {
        do throws(DeviceError) {
            let status = try read("GetStatus") { handle throws(Andor2Status) in
                unsafe try library.int(handle) { unsafe $0.status }
            }
            let state = Andor2Status(UInt32(clamping: status))
            if state.isLoss { throw contact.noted(failure("GetStatus", state)) }
            // Only the thermometer is sure to be asked of the camera itself.
            if capabilities.hasTemperature { _ = try temperature() }
            return true
        } catch { return !error.isLoss }
    }
}

extension Andor2Status {
    /// The kind of error that a client gets.
    fileprivate var kind: DeviceError.Kind {
        if isAbsence { return .unsupported }
        return mayNeedPause ? .incompatibleState : .failed
    }
}
