internal import Devices
internal import Platform

/// Opening cameras: the library's `Initialize`, which can take very long.
extension Andor2Library {
    /// Opens the camera with an index, and gives its handle.
    ///
    /// - Parameter slow: the time from which on the wait for the library's semaphore is reported.
    func open(
        _ index: Int,
        folder: String,
        log: DeviceLog,
        slow: Duration = .seconds(25)
    ) throws -> Int32 {
        let begin = ContinuousClock.now
        defer {
            let time = ContinuousClock.now - begin
            if time >= slow {
                log.info(
                    "Initialize of camera \(index) took \(time.components.seconds) s: a program was killed while it opened "
                        + "a camera, or several did it at the same time; the library has put that right itself"
                )
            }
        }
        do throws(Andor2Status) {
            let handle = try handle(index)
            try initialise(handle, folder: folder)
            return handle
        } catch {
            var advice = ""
            switch error {
            case .firmware: advice = " with the firmware in \(folder), which `directory` in `conf` can name"
            case .noDriver: advice = ": neither a USB camera nor the kernel module of a PCI card answers"
            default: break
            }
            throw DeviceError(.initialise, "Initialize of camera \(index) of \(path)\(advice)", cause: error)
        }
    }

    /// Opens the camera with a serial number again, after it was lost.
    func reopen(_ serial: String, folder: String) throws -> Int32 {
        let count: Int
        do throws(Andor2Status) { count = try cameraCount() } catch {
            throw DeviceError(.initialise, "GetAvailableCameras of \(path)", cause: error)
        }
        var reasons: [String] = []
        for index in 0..<count {
            do throws(Andor2Status) {
                let handle = try handle(index)
                // Another camera of this process keeps what it does.
                if let number = unsafe try? int(handle, { unsafe $0.serialNumber }) {
                    reasons.append("camera \(index) is \(number)")
                    continue
                }
                try initialise(handle, folder: folder)
                let number = unsafe try int(handle) { unsafe $0.serialNumber }
                if "\(number)" == serial { return handle }
                shutDown(handle)
                reasons.append("camera \(index) is \(number)")
            } catch { reasons.append("Initialize of camera \(index): \(error)") }
        }
        throw DeviceError(
            .initialise,
            "\(serial) was not found\(reasons.isEmpty ? "" : ": ")\(reasons.joined(separator: "; "))"
        )
    }
}
