internal import Devices
internal import Platform

/// The library as all cameras of this process share it: it is initialised once, and ended with its last camera.
///
/// The list of cameras is made when the library is initialised, and only then.
final class DCAMSession: Sendable {
    let library: DCAMLibrary
    private let isSimulated: Bool

    private struct State: Sendable {
        /// The number of cameras that are open or that are wanted again.
        var users = 0
        var openCount = 0
        /// The number of cameras in the library's list; nil before it is initialised.
        var count: Int?
    }

    // One camera is opened or closed at a time in the whole process.
    private let state = Lock(State())
    private static let sessions = Lock<[String: DCAMSession]>([:])

    private init(_ library: DCAMLibrary, isSimulated: Bool) {
        (self.library, self.isSimulated) = (library, isSimulated)
    }

    /// The session of a library.
    static func shared(_ library: DCAMLibrary, isSimulated: Bool) -> DCAMSession {
        sessions.withLock { sessions in
            if let session = sessions[library.path] { return session }
            let session = DCAMSession(library, isSimulated: isSimulated)
            sessions[library.path] = session
            return session
        }
    }

    /// A camera of the list.
    struct Listed: Sendable, Equatable {
        let index: Int
        let serial, model: String
    }

    /// Counts a camera that uses the session, until ``endUse()``.
    func beginUse() { state.withLock { $0.users += 1 } }

    func endUse() {
        state.withLock { state in
            state.users -= 1
            guard state.users == 0, state.count != nil else { return }
            library.uninitialise()
            state.count = nil
        }
    }

    /// The cameras of the list.
    func cameras() throws -> [Listed] {
        try state.withLock { state in
            let count = try initialised(&state)
            return listed(count)
        }
    }

    /// The cameras of the list, none of which is opened; the library is ended afterwards if nobody else uses it.
    func listedDevices() throws -> [ListedDevice] {
        beginUse()
        defer { endUse() }
        return try cameras().map { camera in
            let index = UInt(camera.index)
            return ListedDevice(
                serial: camera.serial,
                model: camera.model,
                firmware: try? library.string(.firmware, index),
                link: try? library.string(.bus, index)
            )
        }
    }

    /// Opens the camera with a serial number, or the first free one.
    ///
    /// - Parameter isAfterLoss: whether the list must be made again, if no other camera of this process is open.
    func open(_ serial: String?, isAfterLoss: Bool = false) throws -> (handle: UInt, camera: Listed) {
        try state.withLock { state in
            if isAfterLoss, state.openCount == 0, state.count != nil {
                library.uninitialise()
                state.count = nil
            }
            if isSimulated, let serial { library.plugInSimulatedCamera(serial) }
            let cameras = listed(try initialised(&state))
            let wanted = cameras.filter { serial == nil || $0.serial == serial }
            guard !wanted.isEmpty else {
                throw DeviceError(
                    .initialise,
                    "\(serial ?? "a camera") was not found; seen: \(cameras.map(\.serial).joined(separator: ", "))"
                )
            }
            var reason: DeviceError?
            for camera in wanted {
                do throws(DCAMStatus) {
                    let handle = try library.open(camera.index)
                    state.openCount += 1
                    return (handle, camera)
                } catch {
                    reason = reason ?? DeviceError(.initialise, "dcamdev_open of \(camera.serial)", cause: error)
                }
            }
            throw reason ?? DeviceError(.initialise, "no camera")
        }
    }

    func close(_ handle: UInt) {
        state.withLock { state in
            library.close(handle)
            state.openCount -= 1
        }
    }

    /// The number of cameras, after the library has been initialised if necessary.
    private func initialised(_ state: inout State) throws -> Int {
        if let count = state.count { return count }
        do throws(DCAMStatus) {
            let count = try library.initialise()
            // The server reads the texts of each.
            guard (0...1000).contains(count) else { throw .noCamera }
            state.count = count
            return count
        } catch {
            // After a failure the library refuses until it has been ended.
            library.uninitialise()
            throw DeviceError(
                .initialise,
                """
                dcamapi_init of \(library.path): no camera, or another process has the library: only one can, so \
                all Hamamatsu cameras of a computer must be in one group, and no other program may have them
                """,
                cause: error
            )
        }
    }

    private func listed(_ count: Int) -> [Listed] {
        (0..<count).compactMap { index in
            guard let serial = try? library.string(.serial, UInt(index)) else { return nil }
            return Listed(
                index: index,
                serial: Self.number(serial),
                model: (try? library.string(.model, UInt(index))) ?? "of unknown model"
            )
        }
    }

    /// The serial number itself, without the SDK's `S/N: `.
    static func number(_ text: String) -> String {
        let text = text.hasPrefix("S/N:") ? text.dropFirst(4) : Substring(text)
        return text.split(separator: " ").joined(separator: " ")
    }
}
