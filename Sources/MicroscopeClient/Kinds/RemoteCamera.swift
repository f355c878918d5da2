public import Devices
public import Pickle

/// A camera, with times in seconds, and shapes, ROI and binning as seen after its transform.
///
///     let frames = try await camera.frames()
///     try await camera.enable()
///     try await camera.trigger()
///     for try await frame in frames { … }
public struct RemoteCamera: RemoteDataDevice, RemoteTriggerTarget {
    public static let kind = RemoteKind.camera
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The exposure time, in seconds.
    public var exposureTime: Double {
        get async throws { try await connection.call("get_exposure_time", as: Double.self) }
    }

    /// Sets the exposure time in seconds; the camera uses the nearest value it supports.
    public func setExposureTime(_ seconds: Double) async throws {
        try await connection.call("set_exposure_time", .float(seconds))
    }

    /// The shortest time between two triggers, in seconds.
    public var cycleTime: Double { get async throws { try await connection.call("get_cycle_time", as: Double.self) } }

    /// The sensor's size in pixels, before binning.
    public var sensorShape: SensorShape {
        get async throws { try await connection.call("get_sensor_shape", as: SensorShape.self) }
    }

    public var binning: Binning { get async throws { try await connection.call("get_binning", as: Binning.self) } }
    public func setBinning(_ binning: Binning) async throws { try await connection.call("set_binning", binning.python) }

    /// The area of the sensor that is read.
    public var roi: ROI { get async throws { try await connection.call("get_roi", as: ROI.self) } }

    /// Sets the area of the sensor that is read; a width or height of 0 means the rest of the sensor.
    ///
    /// - Returns: false if the camera reports that it uses another area: see ``roi``.
    @discardableResult
    public func setROI(_ roi: ROI) async throws -> Bool {
        // python-microscope's cameras return None or True on success.
        try await connection.call("set_roi", roi.python) != .bool(false)
    }

    /// The flips and rotation applied to frames before they are sent.
    public var transform: Transform {
        get async throws { try await connection.call("get_transform", as: Transform.self) }
    }

    public func setTransform(_ transform: Transform) async throws {
        try await connection.call("set_transform", transform.python)
    }

    /// The frames from now on; they arrive while the camera is enabled.
    ///
    /// - Parameter capacity: the number of frames kept for a slow reader before the oldest are dropped.
    public func frames(keeping capacity: Int = 32) async throws -> Arrivals<NDArray> {
        try await arrivals(keeping: capacity) { NDArray(python: $0) }
    }

    /// Takes one frame, with a software trigger if the camera uses them; enables the camera if necessary.
    ///
    /// However it ends, also by cancellation of the task, the camera is enabled or disabled as before and no exposure is
    /// left behind. Exposures that another client has triggered are not disturbed: then this throws at once.
    ///
    /// - Parameters:
    ///   - limit: the time to wait for the frame after the exposure.
    ///   - exposure: an exposure time to set first, in seconds; it stays set, unless no frame is taken.
    ///   - started: called with the exposure time when the frame is awaited.
    public func snap(
        within limit: Duration = .seconds(10),
        exposure: Double? = nil,
        started: @Sendable (_ exposureTime: Double) -> Void = { _ in }
    ) async throws -> Arrival<NDArray> {
        let found = try await FoundAcquisition(of: PlainDataDevice(connection))
        let timeBefore = exposure == nil ? nil : try await exposureTime
        let triggers = try await triggerType == .software
        // Last, since from here on what the camera sends comes here.
        let frames = try await frames(keeping: 1)
        do {
            try await uninterrupted {
                if let exposure { try await setExposureTime(exposure) }
                if !found.wasEnabled { try await enable() }
            }
            let time = try await exposureTime
            if triggers { try await uninterrupted(trigger) }
            started(time)
            // Capped at a day; NaN counts as zero.
            let limit = limit + .seconds(time > 0 ? min(time, 86_400) : 0)
            guard let frame = try await frames.first(within: limit) else {
                try Task.checkCancellation()
                throw CallFailure(uri, "snap", .unexpected("no frame arrived within \(limit)"))
            }
            if !found.wasEnabled { try await uninterrupted(disable) }
            await frames.stop()
            return frame
        } catch {
            let failure = await found.putBack(hasTriggered: triggers) {
                if let timeBefore { try await setExposureTime(timeBefore) }
            }
            await frames.stop()
            // A cancelled caller needs to know what else went wrong.
            if error is CancellationError, let failure { throw failure }
            throw error
        }
    }
}
