internal import Devices
internal import Pickle
internal import Pyro

/// The records in which a subscriber gets data.
extension FrameSubscriber {
    /// The bytes of a frame's header and of its extra part.
    ///
    /// - Parameter place: where the pixels are.
    func record(
        _ note: FrameNote,
        _ frame: Frame,
        _ place: PixelPlace,
        _ state: inout State
    ) -> (header: [UInt8], extra: [UInt8]) {
        let conditions = note.conditions
        let hasNews = wanted.wantsSettings && conditions.generation > state.generation
        let extra = hasNews ? conditions.changes(after: state.generation) : []
        state.generation = max(state.generation, conditions.generation)
        var bytes = FrameRecord.begin(.frame, headerLength: 192, extraLength: extra.count)
        bytes.append(little: UInt64(clamping: note.number))
        bytes.append(little: note.timestamp)
        bytes.append(little: note.hardwareTime ?? .nan)
        bytes.append(little: conditions.exposureTime ?? .nan)
        bytes.append(little: Int64(note.trigger ?? -1))
        bytes.append(little: UInt64(frame.pixels.count))
        for number in [frame.width, frame.height, frame.width * frame.dtype.size] {
            bytes.append(little: UInt32(clamping: number))
        }
        let code = Array(frame.dtype.code.utf8.prefix(4))
        bytes += code + [UInt8](repeating: 0, count: 4 - code.count)
        let roi = conditions.roi.map { [$0.left, $0.top, $0.width, $0.height] } ?? [-1, -1, -1, -1]
        for number in roi { bytes.append(little: Int32(clamping: number)) }
        for number in [conditions.binning?.h ?? 0, conditions.binning?.v ?? 0] {
            bytes.append(little: UInt32(clamping: number))
        }
        let transform = note.transform
        bytes.append((transform.flipsLeftRight ? 1 : 0) | (transform.flipsUpDown ? 2 : 0) | (transform.rotates ? 4 : 0))
        bytes.append((place.passesDescriptor ? 1 : 0) | (hasNews ? 2 : 0))
        bytes.append(place.encoding)
        bytes.append(place.encoding == 0 ? 0 : UInt8(clamping: frame.dtype.size))
        bytes.append(little: place.slot)
        bytes.append(little: UInt64(place.slotBytes))
        bytes.append(little: UInt64(0))
        bytes.append(little: UInt64(place.followingBytes))
        for number in state.takeLost().all { bytes.append(little: UInt32(clamping: number)) }
        bytes.append(little: UInt64(clamping: conditions.generation))
        bytes.append(little: UInt32(clamping: state.waiting.count))
        bytes += [UInt8](repeating: 0, count: 192 - bytes.count)
        return (bytes, extra)
    }

    /// The record of a datum that is not a frame.
    func record(_ note: FrameNote, _ state: inout State) -> (header: [UInt8], extra: [UInt8]) {
        var (kind, extra, flags) = (FrameRecord.Kind.value, [UInt8](), UInt8(0))
        switch note.content {
        case .frame: break
        case .value(let json, let isMessage): (extra, flags) = (json, isMessage ? 1 : 0)
        case .failure(let json): (kind, extra) = (.failure, json)
        }
        var bytes = FrameRecord.begin(kind, headerLength: 64, extraLength: extra.count)
        bytes.append(little: UInt64(clamping: note.number))
        bytes.append(little: note.timestamp)
        for number in state.takeLost().all { bytes.append(little: UInt32(clamping: number)) }
        bytes.append(flags)
        bytes += [UInt8](repeating: 0, count: 64 - bytes.count)
        return (bytes, extra)
    }
}

/// The place of the pixels of a record.
struct PixelPlace {
    var slot = UInt32.max
    var slotBytes = 0
    var passesDescriptor = false
    /// The number of the way in which they are compressed; 0 for none.
    var encoding: UInt8 = 0
    /// The bytes that follow the record.
    var followingBytes = 0
}
