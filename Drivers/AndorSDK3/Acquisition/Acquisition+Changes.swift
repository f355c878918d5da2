internal import Devices

extension Acquisition {
    /// Makes a change, with the images paused for it if it cannot be made while they are taken.
    func change<Result>(pausing needsPause: Bool, _ body: (AndorCamera) throws -> Result) throws -> Result {
        try call {
            guard isRunning else { return try body(camera) }
            guard !needsPause else { return try whilePaused { try body(camera) } }
            defer { exposureHasChanged() }
            do { return try body(camera) } catch let error as DeviceError where error.mayNeedPause {
                // Some features can be written during images in some modes, and only part of their range.
                return try whilePaused { try body(camera) }
            }
        }
    }
}

extension DeviceError {
    fileprivate var mayNeedPause: Bool {
        let status = cause as? AndorStatus
        return status == .notWritable || status == .outOfRange
    }
}
