internal import Devices
internal import Platform
internal import SDKCameras
internal import Synchronization

/// An open camera of the SDK: access to its properties, with errors that name the call and the camera.
final class DCAMCamera: Sendable {
    let session: DCAMSession
    let serialNumber: String
    let model: String
    let contact = Contact("dcamdev_open")
    /// The SDK's handles of the camera and of its waits, or ``closed``.
    private let handleNumber, waitNumber: Atomic<UInt>
    private static let closed: UInt = .max
    private let written = WrittenValues<DCAMID, Double>()
    let capture = Lock(Capture())
    private let names = Lock<[DCAMID: String]>([:])

    /// Opens the camera with a serial number, or the first free one.
    init(_ session: DCAMSession, serial: String?) throws {
        self.session = session
        session.beginUse()
        do {
            let (handle, camera) = try session.open(serial)
            (serialNumber, model) = (camera.serial, camera.model)
            do throws(DCAMStatus) { waitNumber = Atomic(try session.library.openWait(handle)) } catch {
                session.close(handle)
                throw DeviceError(.initialise, "dcamwait_open on \(camera.serial)", cause: error)
            }
            handleNumber = Atomic(handle)
        } catch {
            session.endUse()
            throw error
        }
    }

    var library: DCAMLibrary { session.library }

    /// The handle of the open camera; throws `invalidHandle` while it is closed.
    private var handle: UInt {
        get throws(DCAMStatus) {
            let number = handleNumber.load(ordering: .acquiring)
            guard number != Self.closed else { throw .invalidHandle }
            return number
        }
    }

    /// The handle of the camera's waits.
    var waitHandle: UInt {
        get throws(DCAMStatus) {
            let number = waitNumber.load(ordering: .acquiring)
            guard number != Self.closed else { throw .invalidHandle }
            return number
        }
    }

    func close() {
        let wait = waitNumber.exchange(Self.closed, ordering: .acquiringAndReleasing)
        if wait != Self.closed { library.closeWait(wait) }
        let number = handleNumber.exchange(Self.closed, ordering: .acquiringAndReleasing)
        if number != Self.closed { session.close(number) }
    }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        contact.note("dcamdev_open")
        let (handle, _) = try session.open(serialNumber, isAfterLoss: true)
        handleNumber.store(handle, ordering: .releasing)
        try call("dcamwait_open") { handle throws(DCAMStatus) in
            waitNumber.store(try library.openWait(handle), ordering: .releasing)
        }
    }

    func restore(report: (any Error) -> Void) throws(DeviceError) {
        for (id, value) in written.all {
            do throws(DeviceError) { try set(id, to: value) } catch {
                guard !error.isLoss else { throw error }
                report(error)
            }
        }
    }

    func releaseLibrary() { session.endUse() }

    /// Makes a call, and names it in the error if it fails.
    func call<Result>(
        _ act: @autoclosure () -> String,
        _ body: (UInt) throws(DCAMStatus) -> Result
    ) throws(DeviceError) -> Result {
        let act = act()
        contact.note(act)
        do throws(DCAMStatus) { return try body(handle) } catch { throw contact.noted(failure(act, error)) }
    }

    func failure(_ act: String, _ status: DCAMStatus) -> DeviceError {
        // The handle is invalid only while a lost camera has not been found again.
        let status = status == .invalidHandle ? .noConnection : status
        return DeviceError(status.kind, "\(act) on \(serialNumber)", cause: status)
    }

    var isThere: Bool {
        do throws(DeviceError) {
            guard let alive = try value(ifThere: .systemAlive) else {
                _ = try value(.exposure)
                return true
            }
            let offline = 1.0
            if alive == offline { throw contact.noted(failure("SYSTEM ALIVE", .noConnection)) }
            return true
        } catch { return !error.isLoss }
    }
}

// Properties
extension DCAMCamera {
    /// The SDK's name of a property: `EXPOSURE TIME`.
    func name(_ id: DCAMID) -> String {
        if let name = names.withLock({ $0[id] }) { return name }
        let number = String(UInt32(bitPattern: id.number), radix: 16)
        guard let handle = try? handle, let name = try? library.name(id, handle) else { return "property 0x\(number)" }
        names.withLock { $0[id] = name }
        return name
    }

    func value(_ id: DCAMID) throws(DeviceError) -> Double {
        let value = try call(name(id)) { handle throws(DCAMStatus) in try library.value(id, handle) }
        guard value.isFinite else {
            throw DeviceError(.failed, "\(serialNumber) reports \(name(id)) = \(value), which is not plausible")
        }
        return value
    }

    /// The value of a property; nil if the camera does not have it.
    func value(ifThere id: DCAMID) throws(DeviceError) -> Double? {
        do throws(DeviceError) { return try value(id) } catch {
            guard (error.cause as? DCAMStatus)?.isAbsence == true else { throw error }
            return nil
        }
    }

    /// A whole number that is safe to calculate with; throws if it is out of bounds.
    func int(_ id: DCAMID, within bounds: ClosedRange<Int>) throws(DeviceError) -> Int {
        let value = try value(id)
        guard let number = Int(exactly: value.rounded()), bounds.contains(number) else {
            throw DeviceError(.failed, "\(serialNumber) reports \(name(id)) = \(value), which is not plausible")
        }
        return number
    }

    func set(_ id: DCAMID, to value: Double) throws(DeviceError) {
        try call("\(name(id)) = \(Self.short(value))") { handle throws(DCAMStatus) in
            try library.set(id, handle, to: value)
        }
        written.note(value, for: id)
    }

    /// Sets a property if the camera has it.
    func set(ifThere id: DCAMID, to value: Double) throws(DeviceError) {
        do throws(DeviceError) { try set(id, to: value) } catch {
            guard (error.cause as? DCAMStatus)?.isAbsence == true else { throw error }
        }
    }

    func attributes(_ id: DCAMID) throws(DeviceError) -> DCAMAttributes {
        try call("limits of \(name(id))") { handle throws(DCAMStatus) in try library.attributes(id, handle) }
    }

    /// The attributes of a property; nil if the camera does not have it.
    func attributes(ifThere id: DCAMID) throws(DeviceError) -> DCAMAttributes? {
        do throws(DeviceError) { return try attributes(id) } catch {
            guard (error.cause as? DCAMStatus)?.isAbsence == true else { throw error }
            return nil
        }
    }

    /// All properties of the camera, without the further elements of arrays.
    func properties() throws(DeviceError) -> [DCAMID] {
        try call("dcamprop_getnextid") { handle throws(DCAMStatus) in
            var (found, last) = ([DCAMID](), DCAMID.none)
            // More than any camera has.
            while found.count < 4096, let next = try library.next(last, handle), !found.contains(next) {
                found.append(next)
                last = next
            }
            return found
        }
    }

    func text(_ text: DCAMText) throws(DeviceError) -> String {
        try call("\(text)") { handle throws(DCAMStatus) in try library.string(text, handle) }
    }

    /// As people write it: `3`, not `3.0`.
    private static func short(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension DCAMStatus {
    /// The kind of error that a client gets.
    fileprivate var kind: DeviceError.Kind {
        if isAbsence { return .unsupported }
        return mayNeedPause ? .incompatibleState : .failed
    }
}
