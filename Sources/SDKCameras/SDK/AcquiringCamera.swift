public import Devices

/// A camera that clients use, driven through an ``Acquisition``.
///
/// What clients call when they enable, trigger, abort and shut down is the same for all SDKs.
public protocol AcquiringCamera: Camera {
    /// The ``Acquisition`` of the open camera, whose type only the driver knows.
    var control: any AcquisitionControl { get }
    /// How many buffers the SDK may have, or images its ring: the limits of `num_buffers`.
    static var bufferCounts: ClosedRange<Int> { get }
}

extension AcquiringCamera {
    public var dataSource: any DataSource { control }
    public var pendingExposures: Int { control.pendingExposures }
    public var restoresItself: Bool { true }

    public func performEnable() throws { try control.start() }
    public func performDisable() throws { try control.stop() }
    public func abort() throws { try control.stop() }
    public func performTrigger() throws { try control.trigger() }

    /// Closes the camera; does nothing the second time.
    public func performShutdown() throws {
        guard !control.isClosed else { return }
        try control.close()
    }

    /// `num_buffers`: the buffers of the SDK, or the images in its ring.
    public var bufferSetting: Setting {
        Setting("num_buffers", in: Self.bufferCounts, get: { self.control.bufferCount }, set: setBufferCount)
    }

    /// Sets the number of buffers, or of images in the SDK's ring, from the next start.
    public func setBufferCount(_ count: Int) throws {
        guard Self.bufferCounts.contains(count) else {
            let limits = Self.bufferCounts
            throw RemoteError.value(
                "the number of buffers must be from \(limits.lowerBound) to \(limits.upperBound), not \(count)"
            )
        }
        try control.whilePaused { control.bufferCount = count }
    }

    /// The counts of events since the camera was opened, by the names that clients see.
    public func counters(_ counters: KeyValuePairs<String, KeyPath<AcquisitionCounts, Int>>) -> [Setting] {
        counters.map { name, path in
            Setting(name, in: 0...Int.max, get: { self.control.counts[keyPath: path] })
        }
    }
}

/// The part of an ``Acquisition`` that does not depend on the SDK.
public protocol AcquisitionControl: DataSource {
    var counts: AcquisitionCounts { get }
    var pendingExposures: Int { get }
    var bufferCount: Int { get set }
    var isClosed: Bool { get }

    func start() throws
    func stop() throws
    func trigger() throws
    func close() throws
    func whilePaused<Result>(_ change: () throws -> Result) throws -> Result
}

extension Acquisition: AcquisitionControl {}
