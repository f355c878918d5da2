internal import Devices
internal import Pickle
internal import Pyro

/// A data device as this client found it, and the way back: whatever ends the client's work, the device is left enabled
/// or disabled as before, without an exposure that nobody waits for.
public struct FoundAcquisition: Sendable {
    public let wasEnabled: Bool
    private let device: PlainDataDevice
    private let canAbort: Bool

    /// Looks at a device, before the client registers for its data.
    ///
    /// - Throws: ``CallFailure`` if exposures are pending that another client has triggered: their images would reach
    ///   this client instead. Servers of python-microscope do not say whether there are any.
    public init(of device: PlainDataDevice) async throws {
        let methods = try await device.connection.metadata.methods
        self.device = device
        canAbort = methods.contains("abort")
        wasEnabled = try await device.isEnabled
        guard wasEnabled, methods.contains("get_pending_exposures") else { return }
        let count = try await device.connection.call("get_pending_exposures", as: Int.self)
        guard count <= 0 else {
            let exposures = count == 1 ? "an exposure that another client has triggered is" : "\(count) exposures are"
            let text = "\(exposures) pending, and left alone; try again later, or drop it with the method abort"
            throw CallFailure(device.uri, "", .unexpected(text))
        }
    }

    /// Stops what the client has begun, and leaves the device as it was found, also in a task that has been cancelled.
    ///
    /// - Parameters:
    ///   - hasTriggered: whether the client has sent triggers whose data may still be coming.
    ///   - steps: what else to put back, while the device is disabled if it was.
    /// - Returns: the first failure; a step that fails does not stop the others.
    @discardableResult
    public func putBack(
        hasTriggered: Bool,
        _ steps: @escaping @Sendable () async throws -> Void = {}
    ) async -> (any Error)? {
        // A task of its own, which is not cancelled: calls of a cancelled task are not made.
        await Task {
            var failure: (any Error)?
            func attempt(_ step: () async throws -> Void) async {
                do { try await step() } catch { failure = failure ?? error }
            }
            if canAbort, hasTriggered || !wasEnabled { await attempt(device.abort) }
            if hasTriggered || !wasEnabled { await attempt(device.disable) }
            await attempt(steps)
            if hasTriggered, wasEnabled { await attempt(device.enable) }
            return failure
        }.value
    }
}

/// Makes calls that are not cut short when the task is cancelled, so that nobody has to guess whether the device has
/// carried them out; they are not begun in a task that has been cancelled.
func uninterrupted<Value: Sendable>(_ calls: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try Task.checkCancellation()
    return try await Task(operation: calls).value
}
