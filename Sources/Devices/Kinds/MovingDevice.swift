/// A device that moves: a stage, a filter wheel.
public protocol MovingDevice: Device {
    /// Stops all motion and returns once nothing moves; a call that waits for the end of a move then fails or ends.
    ///
    /// Throws a `DeviceError` of kind `unsupported` if the device has no command for it, and any other error if it may
    /// still be moving.
    func stopMotion() throws
}

extension MovingDevice {
    public func stopMotion() throws {
        throw DeviceError(.unsupported, "\(typeName) has no command that stops a move")
    }
}
