internal import Platform

/// The events of a camera, noted by the library's own threads and read by ours.
///
/// The functions that the library calls make no call of the library and take no lock of it: aborting an acquisition
/// waits for them to return, and must not wait for ever.
final class PVCAMEvents: Sendable {
    private struct State: Sendable {
        /// The highest number of a frame since the start.
        var newest = 0
        var isRemoved = false
    }

    private let state = Lock(State())
    /// Under which the library's threads find it; zero is none.
    let number: UInt

    private struct Register: Sendable {
        var last: UInt = 0
        var events: [UInt: PVCAMEvents] = [:]
    }

    // A number instead of an address: a call that comes too late finds nothing.
    private static let register = Lock(Register())

    init() {
        number = Self.register.withLock { register in
            register.last += 1
            return register.last
        }
    }

    /// Lets the library's threads find it, until ``end()``.
    func begin() {
        state.withLock { $0 = State() }
        Self.register.withLock { $0.events[number] = self }
    }

    func end() { _ = Self.register.withLock { $0.events.removeValue(forKey: number) } }

    /// Forgets the frames of the last acquisition.
    func restart() { state.withLock { $0.newest = 0 } }

    var isRemoved: Bool { state.withLock(\.isRemoved) }

    /// Waits for a frame with a higher number or the removal of the camera; false if neither happens in time.
    func wait(forFrameAfter number: Int, within limit: Duration) -> Bool {
        state.wait(within: limit) { $0.newest > number || $0.isRemoved ? true : nil } ?? false
    }

    private func noteFrame(_ number: Int) { state.update { $0.newest = max($0.newest, number) } }
    private func noteRemoval() { state.update { $0.isRemoved = true } }

    private static func find(_ number: UInt) -> PVCAMEvents? { register.withLock { $0.events[number] } }

    // The library's numbers of the events.
    private static let endOfFrame: Int32 = 1
    private static let removal: Int32 = 3
    static let awaited = [endOfFrame, removal]

    /// The functions that the library calls at the events.
    static var functions: [Int32: PVCAMFunctions.Callback] {
        unsafe [
            endOfFrame: { info, context in
                guard let info = unsafe info else { return }
                let offsetOfNumber = 20
                let frame = unsafe info.loadUnaligned(fromByteOffset: offsetOfNumber, as: Int32.self)
                PVCAMEvents.find(UInt(bitPattern: context))?.noteFrame(Int(frame))
            },
            removal: { _, context in PVCAMEvents.find(UInt(bitPattern: context))?.noteRemoval() },
        ]
    }
}
