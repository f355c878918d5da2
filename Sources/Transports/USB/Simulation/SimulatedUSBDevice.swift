/// A device that is made up: what it answers to transfers, one model for every way to get at it.
///
/// Its methods are called by several threads, one after another or at the same time.
public protocol SimulatedUSBDevice: AnyObject, Sendable {
    var description: USBDescription { get }

    /// It has been plugged in, and begins as after its power was switched on.
    func powerUp()
    /// Answers a request to the control endpoint that ``USBDescription/answer(_:)`` does not; nil refuses it.
    ///
    /// - Parameter bytes: what came with it, if it was sent to the device.
    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]?
    /// Takes what was sent to an endpoint; false refuses it.
    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool
    /// What an endpoint has to send just now.
    func send(from endpoint: UInt8) -> SimulatedAnswer
    /// The computer has been told of a refusal, and wants to go on.
    func clearHalt(_ endpoint: UInt8)
}

extension SimulatedUSBDevice {
    /// Answers any request to the control endpoint; nil refuses it.
    ///
    /// - Parameter bytes: what came with it.
    public func answer(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        description.answer(request) ?? control(request, request.isFromDevice ? [] : bytes)
    }
}

/// What comes of asking a simulated endpoint.
public enum SimulatedAnswer: Sendable, Equatable {
    case bytes([UInt8])
    /// Nothing yet.
    case nothing
    case stalled
}
