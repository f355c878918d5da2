internal import Synchronization

/// A device that moves: a stage, a filter wheel.
public protocol MovingDevice: Device {
    /// Stops all motion and returns once nothing moves; a call that waits for the end of a move then fails or ends.
    ///
    /// Throws a `DeviceError` of kind `unsupported` if the device has no command for it, and any other error if it may
    /// still be moving.
    func stopMotion() throws

    /// The request that a call which moves the device for long, such as a search for its ends, looks at; nil if there is
    /// no such call.
    var stopRequest: StopRequest? { get }
}

extension MovingDevice {
    public func stopMotion() throws {
        throw DeviceError(.unsupported, "\(typeName) has no command that stops a move")
    }

    public var stopRequest: StopRequest? { nil }
}

/// A request to end a long call, made by another thread while the call holds the device.
public final class StopRequest: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public var isMade: Bool { flag.load(ordering: .acquiring) }
    public func make() { flag.store(true, ordering: .releasing) }
    /// Withdraws the request, once the device has been stopped.
    public func withdraw() { flag.store(false, ordering: .releasing) }

    /// Throws if the request is made.
    ///
    /// - Parameter title: the device, for the error.
    public func check(_ title: @autoclosure () -> String) throws {
        if isMade { throw DeviceError(.failed, "\(title()) was stopped on request while it searched for its limits") }
    }
}
