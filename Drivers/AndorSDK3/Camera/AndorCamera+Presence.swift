internal import Devices
internal import Synchronization

/// Whether it can be reached.
extension AndorCamera {
    /// Whether it can be reached, by what only the camera itself can tell.
    var isThere: Bool {
        do throws(DeviceError) {
            if try has("CameraPresent"), try !bool("CameraPresent") {
                throw noted(failure("CameraPresent", .connection))
            }
            if try has("SensorTemperature") { _ = try float("SensorTemperature") }
            return true
        } catch { return !error.isLoss }
    }

    /// The error by which it was found that the camera cannot be reached, once.
    func takeLoss() -> DeviceError? {
        loss.withLock { loss in
            defer { loss = nil }
            return loss
        }
    }

    /// What is said to whoever uses a lost camera.
    func lossError(_ reason: DeviceError) -> DeviceError {
        DeviceError(.failed, "\(serialNumber) is lost, and looked for: \(reason.message)", cause: reason.cause)
    }

    /// Keeps an error that says that the camera cannot be reached, and hands it on.
    func noted(_ error: DeviceError) -> DeviceError {
        if error.isLoss { loss.withLock { $0 = $0 ?? error } }
        return error
    }
}
