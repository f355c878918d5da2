internal import Devices

/// The event that starts and ends the exposures of a camera.
struct Exposing: Hashable, Sendable {
    /// The library's number of a trigger mode.
    let mode: Int
    let isInverted: Bool
    /// Whether each software trigger starts an acquisition of one image: for cameras without software triggers.
    let isSingle: Bool

    init(_ mode: Int, isInverted: Bool = false, isSingle: Bool = false) {
        (self.mode, self.isInverted, self.isSingle) = (mode, isInverted, isSingle)
    }

    enum Mode { static let `internal` = 0, external = 1, start = 6, bulb = 7, software = 10 }

    /// The library's trigger modes that the driver can use.
    static let modes: KeyValuePairs = [
        Mode.internal: "internal", Mode.external: "external", Mode.start: "external start",
        Mode.bulb: "external exposure", Mode.software: "software",
    ]

    /// The way in which a camera with these modes does a trigger; nil if it cannot.
    init?(_ type: TriggerType, _ trigger: TriggerMode, modes: [Int], hasInverted: Bool) {
        let mode: Int
        switch (type, trigger) {
        case (.software, .once) where !modes.contains(Mode.software):
            self.init(Mode.internal, isSingle: true)
            return
        case (.software, .once): mode = Mode.software
        case (.software, .strobe): mode = Mode.internal
        case (.risingEdge, .once), (.fallingEdge, .once): mode = Mode.external
        case (.risingEdge, .bulb), (.fallingEdge, .bulb): mode = Mode.bulb
        case (.risingEdge, .start), (.fallingEdge, .start): mode = Mode.start
        default: return nil
        }
        let isInverted = type == .fallingEdge
        guard modes.contains(mode), hasInverted || !isInverted else { return nil }
        self.init(mode, isInverted: isInverted)
    }

    var type: TriggerType {
        if isSingle || [Mode.internal, Mode.software].contains(mode) { return .software }
        return isInverted ? .fallingEdge : .risingEdge
    }

    var trigger: TriggerMode {
        switch mode {
        case Mode.internal: isSingle ? .once : .strobe
        case Mode.start: .start
        case Mode.bulb: .bulb
        default: .once
        }
    }
}

/// The times at which the shutter is open.
enum Shutter: Int, SettingChoice {
    case automatic = 0
    case open = 1
    case closed = 2
    /// While images are taken; the driver opens and closes it.
    case whileEnabled = 3
}

/// The fan of the cooler.
enum Fan: Int, SettingChoice { case full, low, off }

/// The part of the sensor that is read.
enum ReadMode: Int, SettingChoice {
    /// All rows in one.
    case fullVerticalBinning = 0
    case image = 4
}

/// The settings with which the camera is set up.
///
/// The library cannot be asked for most of it, and a camera that comes back after a loss has nothing of it.
struct Plan: Sendable, Equatable {
    var readMode = ReadMode.image
    var roi: ROI
    var binning = Binning(h: 1, v: 1)
    /// In seconds, as asked for.
    var exposure = 0.1
    /// The time from one image to the next that runs by itself; 0 for the shortest.
    var kineticCycle = 0.0
    var exposing = Exposing(Exposing.Mode.internal)
    var isFastTrigger = false
    /// The place in the table of readout modes, and the indices of a gain and of vertical shifts.
    var readout = 0
    var gain = 0
    var vsSpeed: Int?
    var vsAmplitude: Int?
    var emMode: Int?
    /// Zero for none.
    var emGain = 0
    var isEMAdvanced = false
    var isFrameTransfer = false
    var isCropped = false
    var shutter = Shutter.whileEnabled
    var baselineClamp: Bool?
    var baselineOffset: Int?
    var isHighCapacity: Bool?
    var hasMetadata = true

    /// The size of images.
    var size: (width: Int, height: Int) {
        readMode == .image ? (roi.width / binning.h, roi.height / binning.v) : (roi.width, 1)
    }

    /// The area around another one that a camera with a binning can have: its lengths are multiples of it.
    static func possible(_ roi: ROI, _ binning: Binning, on sensor: SensorShape, least: Int) -> ROI {
        let (left, width) = side(roi.left, roi.width, binning.h, sensor.width, least: least)
        let (top, height) = side(roi.top, roi.height, binning.v, sensor.height, least: 1)
        return ROI(left: left, top: top, width: width, height: height)
    }

    private static func side(_ start: Int, _ length: Int, _ bin: Int, _ sensor: Int, least: Int) -> (Int, Int) {
        let wanted = max((length + bin - 1) / bin, least) * bin
        let whole = min(wanted, sensor / bin * bin)
        // At the edge of the sensor the area begins further to the left.
        return (max(0, min(start, sensor - whole)), whole)
    }
}
