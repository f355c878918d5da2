internal import CVideo4Linux
internal import Devices
internal import Glibc
internal import Platform

/// The answers to requests, as `uvcvideo` and the kernel's common code give them.
extension SimulatedUVC {
    func request(_ request: VideoRequest, _ record: inout VideoRecord, from file: Int32) throws(VideoStatus) {
        switch request {
        case .capabilities: describe(&record, asMetadata: false)
        case .formats: try list(&record, Self.formats, at: record[fmtdesc_index], Self.fillFormat)
        case .sizes:
            let format = FourCC(record[frmsize_format])
            try list(&record, Model.modes.filter { $0.mode.format == format }, at: record[frmsize_index]) {
                $1[frmsize_type] = VideoConstant.discrete
                $1[frmsize_width] = UInt32($0.mode.width)
                $1[frmsize_height] = UInt32($0.mode.height)
            }
        case .intervals: try listInterval(&record)
        case .format: state.withLock { Self.fill(&record, $0.mode.mode) }
        case .setFormat: try setFormat(&record, from: file)
        case .parameters: state.withLock { Self.fill(&record, $0.interval) }
        case .setParameters: try setInterval(&record)
        case .controlInfo: try listControl(&record)
        case .menu: try listMenu(&record)
        case .control: try readControl(&record)
        case .setControl: try writeControl(&record)
        default: try stream(request, &record, from: file)
        }
    }

    func describe(_ record: inout VideoRecord, asMetadata: Bool) {
        record.setText("uvcvideo", at: capability_driver, 16)
        record.setText(Self.title, at: capability_card, 32)
        record.setText("usb-0000:00:14.0-1", at: capability_bus, 32)
        let kind: VideoCapabilities = asMetadata ? .metadata : .capture
        let own: VideoCapabilities = [kind, .streaming]
        // Those of the whole device are of both nodes.
        record[capability_all] = own.union([.capture, .metadata, .hasOwn]).rawValue
        record[capability_own] = own.rawValue
    }

    private func list<Item>(
        _ record: inout VideoRecord,
        _ items: [Item],
        at index: UInt32,
        _ fill: (Item, inout VideoRecord) -> Void
    ) throws(VideoStatus) {
        guard let index = Int(exactly: index), items.indices.contains(index) else { throw VideoStatus(EINVAL) }
        fill(items[index], &record)
    }

    /// A mode of each pixel format.
    private static let formats = Model.modes.reduce(into: [Model.Mode]()) { all, mode in
        if !all.contains(where: { $0.mode.format == mode.mode.format }) { all.append(mode) }
    }

    private static func fillFormat(_ mode: Model.Mode, _ record: inout VideoRecord) {
        record[fmtdesc_format] = mode.mode.format.code
        record.setText(mode.title, at: fmtdesc_text, 32)
    }

    private static func fill(_ record: inout VideoRecord, _ mode: VideoMode) {
        record[format_format] = mode.format.code
        record[format_width] = UInt32(mode.width)
        record[format_height] = UInt32(mode.height)
        record[format_field] = 1
        record[format_row] = UInt32(mode.row)
        record[format_image] = UInt32(mode.byteCount)
    }

    /// `uvcvideo` writes intervals in units of 100 ns, shortened.
    private static func fill(_ record: inout VideoRecord, _ interval: VideoInterval) {
        record[streamparm_capability] = VideoConstant.hasIntervals
        record[streamparm_numerator] = UInt32(clamping: interval.ticks)
        record[streamparm_denominator] = UInt32(VideoInterval.ticksPerSecond)
    }

    private func listInterval(_ record: inout VideoRecord) throws(VideoStatus) {
        let format = FourCC(record[frmival_format])
        let mode = Model.modes.first { mode in
            mode.mode.format == format && mode.mode.width == Int(record[frmival_width])
                && mode.mode.height == Int(record[frmival_height])
        }
        try list(&record, mode?.intervals ?? [], at: record[frmival_index]) { interval, record in
            record[frmival_type] = VideoConstant.discrete
            record[frmival_numerator] = UInt32(clamping: interval.ticks)
            record[frmival_denominator] = UInt32(VideoInterval.ticksPerSecond)
        }
    }

    /// Takes the first format for one that it does not have, and the size nearest in area, and reports what it took.
    private func setFormat(_ record: inout VideoRecord, from file: Int32) throws(VideoStatus) {
        let wanted = VideoMode(record)
        let ofFormat = Model.modes.filter { $0.mode.format == wanted.format }
        let area = wanted.width &* wanted.height
        let nearest = (ofFormat.isEmpty ? [Model.modes[0]] : ofFormat).min { one, other in
            abs(one.mode.width * one.mode.height - area) < abs(other.mode.width * other.mode.height - area)
        }
        let mode = nearest ?? Model.modes[0]
        try state.withLock { (state) throws(VideoStatus) in
            guard state.stream == nil else { throw VideoStatus(EBUSY) }
            if state.mode.mode != mode.mode { state.interval = mode.intervals[0] }
            state.mode = mode
        }
        Self.fill(&record, mode.mode)
        keep()
    }

    private func setInterval(_ record: inout VideoRecord) throws(VideoStatus) {
        let wanted = VideoInterval(record[streamparm_numerator], record[streamparm_denominator])
        let taken = try state.withLock { (state) throws(VideoStatus) -> VideoInterval in
            guard state.stream == nil else { throw VideoStatus(EBUSY) }
            let ticks = wanted?.ticks ?? state.interval.ticks
            let nearest = state.mode.intervals.min { abs($0.ticks - ticks) < abs($1.ticks - ticks) }
            state.interval = nearest ?? state.interval
            return state.interval
        }
        Self.fill(&record, taken)
        keep()
    }

    // MARK: Controls

    /// Waits as a request does that reaches the camera itself, over USB.
    private func meet() throws(VideoStatus) {
        switch faults?.fault {
        case .hang:
            // The kernel's limit.
            let end = ContinuousClock.now + .seconds(5)
            while faults?.fault == .hang, ContinuousClock.now < end { Pause.wait(for: .milliseconds(5)) }
            if faults?.fault == .hang { throw VideoStatus(ETIMEDOUT) }
        case .slow: Pause.wait(for: OrderedFault.slowness)
        case .crash: faults?.crash()
        case .drop: if faults?.arriving([]) == nil { throw VideoStatus(EIO) }
        case .garbage, .short, .unplug, nil: break
        }
        guard isPlugged else { throw VideoStatus(ENODEV) }
    }

    private func index(_ id: UInt32) throws(VideoStatus) -> Int {
        guard let index = Model.controls.firstIndex(where: { $0.id == id }) else { throw VideoStatus(EINVAL) }
        return index
    }

    private func listControl(_ record: inout VideoRecord) throws(VideoStatus) {
        let asked = record[control_info_id]
        let last = asked & ~VideoControl.next
        let found = Model.controls.first { asked == last ? $0.id == asked : $0.id > last }
        guard let found else { throw VideoStatus(EINVAL) }
        record[control_info_id] = found.id
        record[control_info_type] = found.kind.rawValue
        record.setText(found.name, at: control_info_name, 32)
        record[long: control_info_least] = Int64(found.least)
        record[long: control_info_most] = Int64(found.most)
        record[long: control_info_step] = Int64(found.step)
        record[long: control_info_default] = Int64(found.initial)
        var flags: VideoControl.Flags = found.isReadOnly ? .readOnly : []
        if state.withLock({ Self.isInactive(found, $0) }) { flags.insert(.inactive) }
        record[control_info_flags] = flags.rawValue
    }

    private static func isInactive(_ control: Model.Control, _ state: State) -> Bool {
        control.needs.map { !$0.values.contains(state.value($0.id)) } ?? false
    }

    private func listMenu(_ record: inout VideoRecord) throws(VideoStatus) {
        let control = Model.controls[try index(record[menu_id])]
        guard let text = control.entries[Int(record[menu_index])] else { throw VideoStatus(EINVAL) }
        record.setText(text, at: menu_text, 32)
    }

    private func readControl(_ record: inout VideoRecord) throws(VideoStatus) {
        let index = try index(record[control_id])
        try meet()
        let value = state.withLock { $0.values[index] }
        record[control_value] = UInt32(bitPattern: Int32(clamping: value))
        if faults?.fault == .garbage, let noise = faults?.arriving([0, 0, 0, 0]) {
            record[control_value] = noise.bytes.reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Numbers are moved into the limits and to a step; menus and inactive controls refuse.
    private func writeControl(_ record: inout VideoRecord) throws(VideoStatus) {
        let index = try index(record[control_id])
        let control = Model.controls[index]
        guard !control.isReadOnly, !state.withLock({ Self.isInactive(control, $0) }) else { throw VideoStatus(EACCES) }
        try meet()
        var value = Int(Int32(bitPattern: record[control_value]))
        if control.kind == .menu {
            guard control.entries[value] != nil else { throw VideoStatus(ERANGE) }
        } else {
            let steps = (value - control.least + control.step / 2) / control.step
            value = min(max(control.least + steps * control.step, control.least), control.most)
        }
        record[control_value] = UInt32(bitPattern: Int32(clamping: value))
        let taken = value
        state.update { state in
            state.values[index] = taken
            let period = state.period
            state.stream?.change(period: period, at: VideoCamera.monotonicTime)
        }
        keep()
    }

    // MARK: Images

    private func stream(_ request: VideoRequest, _ record: inout VideoRecord, from file: Int32) throws(VideoStatus) {
        let isOthers = state.withLock { $0.stream.map { $0.owner != file } ?? false }
        guard !isOthers else { throw VideoStatus(EBUSY) }
        switch request {
        case .buffers:
            let count = min(Int(record[reqbufs_count]), VideoCamera.counts.upperBound)
            release(file)
            if count > 0 { try take(for: file, max(count, VideoCamera.counts.lowerBound)) }
            record[reqbufs_count] = UInt32(count == 0 ? 0 : max(count, VideoCamera.counts.lowerBound))
        case .start:
            if strikes(.noBandwidth) { throw VideoStatus(ENOSPC) }
            try change { stream throws(VideoStatus) in stream.start(at: VideoCamera.monotonicTime) }
        case .stop: try change { stream throws(VideoStatus) in stream.stop() }
        case .buffer, .queue, .dequeue: try exchange(request, &record)
        default: throw VideoStatus(ENOTTY)
        }
    }

    private func change<Result>(
        _ body: (inout SimulatedStream) throws(VideoStatus) -> Result
    ) throws(VideoStatus) -> Result {
        try state.withLock { (state) throws(VideoStatus) -> Result in
            guard var stream = state.stream else { throw VideoStatus(EINVAL) }
            defer { state.stream = stream }
            return try body(&stream)
        }
    }

    private func exchange(_ request: VideoRequest, _ record: inout VideoRecord) throws(VideoStatus) {
        if request == .dequeue {
            if strikes(.internalFault) { throw VideoStatus(EIO) }
            advance()
        }
        let index = Int(record[buffer_index])
        let answer = try change { stream throws(VideoStatus) -> SimulatedStream.Buffer in
            switch request {
            case .queue: try stream.queue(index)
            case .dequeue: try stream.dequeue()
            default: try stream.buffer(index)
            }
        }
        record[buffer_index] = UInt32(answer.index)
        record[buffer_flags] = answer.flags.rawValue
        record[buffer_used] = UInt32(answer.used)
        record[buffer_sequence] = answer.sequence
        record[long: buffer_seconds] = Int64(answer.time)
        record[long: buffer_microseconds] = Int64((answer.time - answer.time.rounded(.down)) * 1e6)
        record[buffer_offset] = UInt32(answer.offset)
        record[buffer_length] = UInt32(answer.memory.byteCount)
    }

    /// Whether something goes wrong now that was ordered to happen once.
    private func strikes(_ mishap: Mishap) -> Bool {
        state.withLock { state in
            guard let index = state.mishaps.firstIndex(of: mishap) else { return false }
            state.mishaps.remove(at: index)
            return true
        }
    }

    func map(offset: UInt32, byteCount: Int) throws(VideoStatus) -> VideoMemory {
        try change { stream throws(VideoStatus) in
            guard let memory = stream.memory(at: Int(offset)), memory.byteCount == byteCount else {
                throw VideoStatus(EINVAL)
            }
            return memory.mapped
        }
    }

    /// What a wait finds.
    func event(for file: Int32) -> VideoEvent {
        advance()
        return state.withLock { state in
            guard let stream = state.stream, stream.owner == file else { return .trouble }
            return stream.event
        }
    }

    /// Takes the images that the camera has sent by now.
    private func advance() {
        if faults?.fault == .crash { faults?.crash() }
        let fault = faults?.fault
        let now = VideoCamera.monotonicTime - (fault == .slow ? OrderedFault.slowness / .seconds(1) : 0)
        state.update { state in
            guard var stream = state.stream else { return }
            state.stream = nil
            stream.advance(to: now, fault, faults, &state.mishaps)
            state.stream = stream
        }
    }
}
