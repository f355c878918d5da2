internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// The settings under which frames are taken, as subscribers get them.
struct FrameConditions: Sendable {
    var exposureTime: Double?
    var roi: ROI?
    var binning: Binning?
    /// Grows with each change of a setting.
    var generation = 0
    /// The latest changes, the oldest first.
    var changes: [Change] = []

    struct Change: Sendable {
        let generation: Int
        /// The call as JSON: `["set_setting", ["gain", 3]]`.
        let json: String
    }

    private static let mostChanges = 64
    private static let longestChange = 2048

    mutating func note(_ act: DecodedCall.Act, _ member: String, _ values: [PythonValue]) {
        generation += 1
        let name = act == .set ? "__setattr__" : member
        let arguments = act == .set ? [.str(member)] + values : values
        let whole = try? SerializerID.json.text(of: .list([.str(name), .list(arguments)]))
        let json = whole.flatMap { $0.utf8.count <= Self.longestChange ? $0 : nil }
        // Too long, or not to be written: that something has changed is worth knowing.
        let short = String(decoding: FrameRecord.json(.list([.str(name), .none])), as: UTF8.self)
        changes.append(Change(generation: generation, json: json ?? short))
        if changes.count > Self.mostChanges { changes.removeFirst() }
    }

    /// The changes after a generation, as the extra part of a record.
    func changes(after last: Int) -> [UInt8] {
        let news = changes.filter { $0.generation > last }.map(\.json).joined(separator: ", ")
        return Array("{\"generation\": \(generation), \"changes\": [\(news)]}".utf8)
    }

    /// Forgets what may have changed.
    mutating func forget() { (exposureTime, roi, binning) = (nil, nil, nil) }

    /// Reads what a camera says of itself.
    mutating func read(_ camera: any Camera) {
        exposureTime = try? camera.exposureTime
        roi = try? camera.sensorROI
        binning = try? camera.sensorBinning
    }
}
