internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A datum on its way to the subscribers of a stream, the same object for all of them.
final class FrameNote: Sendable {
    enum Content: Sendable {
        case frame(Frame)
        /// JSON.
        case value([UInt8], isMessage: Bool)
        case failure([UInt8])
    }

    /// The number of the datum in the stream.
    let number: Int
    let content: Content
    let timestamp: Double
    let hardwareTime: Double?
    let trigger: Int?
    let transform: Transform
    let conditions: FrameConditions
    private let pools: FramePools
    private let made = Lock(Made())

    /// The frame as subscribers get it, which is made once for all.
    private struct Made {
        var turned: Frame?
        var inSlot: Frame?
    }

    init(_ datum: Datum, number: Int, _ conditions: FrameConditions, _ pools: FramePools) {
        self.number = number
        (timestamp, hardwareTime, trigger) = (datum.timestamp, datum.hardwareTime, datum.trigger)
        (transform, self.conditions, self.pools) = (datum.transform, conditions, pools)
        switch datum.content {
        case .frame(let frame):
            content = .frame(frame)
            if transform == .identity {
                made.withLock { $0 = Made(turned: frame, inSlot: frame.slot == nil ? nil : frame) }
            }
        case .value(.exception(let error)):
            content = .failure(FrameRecord.json(.dict(["text": .str(error.text)])))
        case .value(let value):
            content = .value(FrameRecord.json(value.withoutArrays), isMessage: datum.isMessage)
        }
    }

    var isFrame: Bool { if case .frame = content { true } else { false } }

    /// The memory that it takes, in bytes.
    var byteCount: Int {
        switch content {
        case .frame(let frame): frame.pixels.count
        case .value(let bytes, _), .failure(let bytes): bytes.count
        }
    }

    /// The frame, if nothing is left to be done with it.
    func frame(inSlot: Bool) -> Frame? { made.withLock { inSlot ? $0.inSlot : $0.turned } }

    /// Turns the frame, and copies it into a slot if it has to be in one; other subscribers wait for that meanwhile.
    ///
    /// Takes as long as a copy, so this is not for the thread that reads the device.
    ///
    /// - Returns: nil if there is no slot left.
    func prepared(inSlot: Bool) -> Frame? {
        guard case .frame(let frame) = content else { return nil }
        return made.withLock { made in
            let turned = made.turned ?? frame.transformed(by: transform, pool: pools.turned)
            made.turned = turned
            guard inSlot else { return turned }
            made.inSlot = made.inSlot ?? turned.shared(pools.shared)
            return made.inSlot
        }
    }
}

/// The memory for frames that the server makes for subscribers.
struct FramePools: Sendable {
    let turned = FramePool(mustBeShared: true)
    let shared = FramePool(mustBeShared: true)
}

extension PythonValue {
    /// The value with lists in place of arrays, for formats without arrays.
    fileprivate var withoutArrays: PythonValue {
        switch self {
        case .array(let array): array.shape.count <= 2 && !array.isFortranOrder ? Self.lists(array) : .none
        case .list(let items): .list(items.map(\.withoutArrays))
        case .tuple(let items): .tuple(items.map(\.withoutArrays))
        default: self
        }
    }

    private static func lists(_ array: NDArray) -> PythonValue {
        let bytes = array.data.array
        let items = stride(from: 0, to: bytes.count, by: array.dtype.size).compactMap { place in
            NDArray(array.dtype, shape: [], data: Bytes(bytes[place..<place + array.dtype.size])).map(
                PythonValue.scalar
            )
        }
        guard array.shape.count == 2, array.shape[1] > 0 else { return .list(items) }
        return .list(
            stride(from: 0, to: items.count, by: array.shape[1]).map { .list(Array(items[$0..<$0 + array.shape[1]])) }
        )
    }
}
