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
    /// - Parameter limit: the time to wait for the frame after the exposure.
    public func snap(within limit: Duration = .seconds(10)) async throws -> Arrival<NDArray> {
        let frames = try await frames(keeping: 1)
        let wasEnabled = try await isEnabled
        do {
            if !wasEnabled { try await enable() }
            let exposure = try await exposureTime
            // Capped at a day; NaN counts as zero.
            let limit = limit + .seconds(exposure > 0 ? min(exposure, 86_400) : 0)
            if try await triggerType == .software { try await trigger() }
            let frame = try await frames.first(within: limit)
            if !wasEnabled { try await disable() }
            await frames.stop()
            guard let frame else {
                throw CallFailure(uri, "snap", .unexpected("no frame arrived within \(limit)"))
            }
            return frame
        } catch {
            if !wasEnabled { try? await disable() }
            await frames.stop()
            throw error
        }
    }
}
