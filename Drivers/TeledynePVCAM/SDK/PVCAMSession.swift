internal import Devices
internal import Platform

/// The library as all cameras of this process share it: it is initialised once, and ended with its last camera.
///
/// The list of cameras is made when the library is initialised, and only then.
final class PVCAMSession: Sendable {
    let library: PVCAMLibrary

    private struct State: Sendable {
        /// The number of cameras that are open or that are wanted again.
        var users = 0
        var openCount = 0
        /// The names of the cameras; nil before the library is initialised.
        var names: [String]?
    }

    // One camera is opened or closed at a time in the whole process.
    private let state = Lock(State())
    private static let sessions = Lock<[String: PVCAMSession]>([:])

    private init(_ library: PVCAMLibrary) { self.library = library }

    /// The session of a library.
    static func shared(_ library: PVCAMLibrary) -> PVCAMSession {
        sessions.withLock { sessions in
            if let session = sessions[library.path] { return session }
            let session = PVCAMSession(library)
            sessions[library.path] = session
            return session
        }
    }

    /// Counts a camera that uses the session, until ``endUse()``.
    func beginUse() { state.withLock { $0.users += 1 } }

    func endUse() {
        state.withLock { state in
            state.users -= 1
            if state.users == 0 { end(&state) }
        }
    }

    /// The names of the cameras, in the order of the library.
    func names() throws -> [String] { try state.withLock { try initialised(&$0) } }

    /// An open camera.
    struct Opened: Sendable {
        let handle: Int16
        let serial, model: String
    }

    /// Opens the camera with an index in the list.
    func open(_ index: Int) throws -> Opened {
        try state.withLock { state in
            let names = try initialised(&state)
            guard names.indices.contains(index) else {
                throw DeviceError(.initialise, "there is no camera \(index) of \(library.path)")
            }
            return try open(names[index], &state)
        }
    }

    /// Opens the camera with a serial number again, after it was lost.
    ///
    /// Its name may be another one. The list is made again if no other camera of this process is open.
    func reopen(_ serial: String) throws -> Opened {
        try state.withLock { state in
            if state.openCount == 0 { end(&state) }
            var reasons: [String] = []
            for name in try initialised(&state) {
                do {
                    let opened = try open(name, &state)
                    if opened.serial == serial { return opened }
                    reasons.append("\(name) is \(opened.serial)")
                    close(opened.handle, &state)
                } catch { reasons.append("\(error)") }
            }
            let others =
                state.openCount > 0 ? "; the list is made again only when no camera of the process is open" : ""
            throw DeviceError(.initialise, "\(serial) was not found: \(reasons.joined(separator: "; "))\(others)")
        }
    }

    func close(_ handle: Int16) { state.withLock { close(handle, &$0) } }

    private func close(_ handle: Int16, _ state: inout State) {
        library.close(handle)
        state.openCount -= 1
    }

    /// Opens a camera, whose serial number can be read only then.
    private func open(_ name: String, _ state: inout State) throws -> Opened {
        do throws(PVCAMStatus) {
            let handle = try library.open(name)
            state.openCount += 1
            do throws(PVCAMStatus) {
                let serial = try library.value(.serial, .current, handle)
                return Opened(handle: handle, serial: "\(serial)", model: model(handle))
            } catch {
                close(handle, &state)
                throw error
            }
        } catch { throw DeviceError(.initialise, "pl_cam_open of \(name)", cause: error) }
    }

    private func model(_ handle: Int16) -> String {
        for id in [ParameterID.productName, .systemName, .chipName] {
            if let text = try? library.value(id, .current, handle), text != .text("") { return "\(text)" }
        }
        return "camera of unknown model"
    }

    private func end(_ state: inout State) {
        guard state.names != nil else { return }
        library.uninitialise()
        state.names = nil
    }

    private func initialised(_ state: inout State) throws -> [String] {
        if let names = state.names { return names }
        do throws(PVCAMStatus) {
            do throws(PVCAMStatus) { try library.initialise() } catch .alreadyInitialised {
                // Somebody else in this process has done it.
            }
            let names = try library.names()
            state.names = names
            return names
        } catch {
            library.uninitialise()
            let advice =
                error == .installationCorrupted
                ? ": its installation is not complete, or \(PVCAMEnvironment.version) is not set" : ""
            throw DeviceError(.initialise, "pl_pvcam_init of \(library.path)\(advice)", cause: error)
        }
    }
}
