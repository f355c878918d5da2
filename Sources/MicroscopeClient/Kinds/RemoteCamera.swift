public import Devices
public import Pickle

/// A camera, whose times are in seconds, and whose shapes, ROI and binning are seen through its transform.
///
///     let frames = try await camera.frames()
///     try await camera.enable()
///     try await camera.trigger()
///     for try await frame in frames { … }
public struct RemoteCamera: RemoteDataDevice, RemoteTriggerTarget {
    public static let kind = DeviceKind.camera
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// Seconds of light.
    public var exposureTime: Double {
        get async throws { try await connection.call("get_exposure_time", as: Double.self) }
    }

    /// Sets the seconds of light; the camera takes the nearest value that it can do.
    public func setExposureTime(_ seconds: Double) async throws {
        try await connection.call("set_exposure_time", .float(seconds))
    }

    /// The shortest time between two triggers, in seconds.
    public var cycleTime: Double { get async throws { try await connection.call("get_cycle_time", as: Double.self) } }

    /// Pixels before binning.
    public var sensorShape: SensorShape {
        get async throws { try await connection.call("get_sensor_shape", as: SensorShape.self) }
    }

    public var binning: Binning { get async throws { try await connection.call("get_binning", as: Binning.self) } }
    public func setBinning(_ binning: Binning) async throws { try await connection.call("set_binning", binning.python) }

    /// What of the sensor is read.
    public var roi: ROI { get async throws { try await connection.call("get_roi", as: ROI.self) } }

    /// Sets what of the sensor is read; a side of 0 means all that lies right of the left edge, or below the top.
    ///
    /// - Returns: false if the camera says that it could not take it as it is: ``roi`` tells what it took.
    @discardableResult
    public func setROI(_ roi: ROI) async throws -> Bool {
        // Cameras of python-microscope's that took it say nothing, or true.
        try await connection.call("set_roi", roi.python) != .bool(false)
    }

    /// What is done to frames before they are sent.
    public var transform: Transform {
        get async throws { try await connection.call("get_transform", as: Transform.self) }
    }

    public func setTransform(_ transform: Transform) async throws {
        try await connection.call("set_transform", transform.python)
    }

    /// The frames, from now on; they come while the camera is enabled.
    ///
    /// - Parameter capacity: how many frames wait for a slow reader before the oldest give way.
    public func frames(keeping capacity: Int = 32) async throws -> Arrivals<NDArray> {
        try await arrivals(keeping: capacity) { NDArray(python: $0) }
    }

    /// Takes one frame, with a trigger if these are software's; enables the camera for it if need be.
    ///
    /// - Parameter limit: how long to wait for the frame beyond the exposure.
    public func snap(within limit: Duration = .seconds(10)) async throws -> Arrival<NDArray> {
        let frames = try await frames(keeping: 1)
        let wasEnabled = try await isEnabled
        do {
            if !wasEnabled { try await enable() }
            let limit = limit + .seconds(min(max(try await exposureTime, 0), 86_400))
            if try await triggerType == .software { try await trigger() }
            let frame = try await frames.first(within: limit)
            if !wasEnabled { try await disable() }
            await frames.stop()
            guard let frame else {
                throw CallFailure(uri, "snap", .unexpected("no frame came within \(limit)"))
            }
            return frame
        } catch {
            if !wasEnabled { try? await disable() }
            await frames.stop()
            throw error
        }
    }
}
