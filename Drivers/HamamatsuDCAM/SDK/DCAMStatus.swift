internal import SDKCameras

/// A code of the SDK that stands for a failure: a negative number.
struct DCAMStatus: SDKStatus, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    /// - Parameter pattern: the code as the vendor's header writes it.
    init(pattern: UInt32) { code = Int32(bitPattern: pattern) }

    /// The vendor's name and number.
    var description: String {
        let pattern = UInt32(bitPattern: code)
        let digits = String(pattern, radix: 16)
        return
            "\(Self.names[pattern] ?? "DCAMERR_unknown") (0x\(String(repeating: "0", count: 8 - digits.count))\(digits))"
    }

    static let busy = DCAMStatus(pattern: 0x8000_0101)
    static let notStable = DCAMStatus(pattern: 0x8000_0104)
    static let timedOut = DCAMStatus(pattern: 0x8000_0106)
    static let noCamera = DCAMStatus(pattern: 0x8000_0206)
    static let lostFrame = DCAMStatus(pattern: 0x8000_0301)
    static let invalidHandle = DCAMStatus(pattern: 0x8000_0807)
    static let invalidPropertyID = DCAMStatus(pattern: 0x8000_0825)
    static let noProperty = DCAMStatus(pattern: 0x8000_0828)
    static let accessDenied = DCAMStatus(pattern: 0x8000_082c)
    static let noConnection = DCAMStatus(pattern: 0x8000_0f07)
    static let notSupported = DCAMStatus(pattern: 0x8000_0f03)
    static let failedReading = DCAMStatus(pattern: 0x8300_1002)
    static let failedWriting = DCAMStatus(pattern: 0x8300_1003)

    var isLoss: Bool { [.noConnection, .invalidHandle, .failedReading, .failedWriting].contains(self) }

    /// The camera locks a property while it captures, or while buffers are allocated.
    var mayNeedPause: Bool { [.busy, .notStable, .accessDenied].contains(self) }

    /// Whether the camera does not have a property.
    var isAbsence: Bool { [.notSupported, .invalidPropertyID, .noProperty].contains(self) }

    private static let names: [UInt32: String] = [
        0x8000_0101: "DCAMERR_BUSY", 0x8000_0102: "DCAMERR_ABORT", 0x8000_0103: "DCAMERR_NOTREADY",
        0x8000_0104: "DCAMERR_NOTSTABLE", 0x8000_0105: "DCAMERR_UNSTABLE", 0x8000_0106: "DCAMERR_TIMEOUT",
        0x8000_0107: "DCAMERR_NOTBUSY", 0x8000_0110: "DCAMERR_EXCLUDED", 0x8000_0201: "DCAMERR_NORESOURCE",
        0x8000_0203: "DCAMERR_NOMEMORY", 0x8000_0204: "DCAMERR_NOMODULE", 0x8000_0205: "DCAMERR_NODRIVER",
        0x8000_0206: "DCAMERR_NOCAMERA", 0x8000_0207: "DCAMERR_NOGRABBER", 0x8000_0208: "DCAMERR_NOCOMBINATION",
        0x8000_0211: "DCAMERR_INVALIDMODULE", 0x8000_0301: "DCAMERR_LOSTFRAME", 0x8000_0302: "DCAMERR_COOLINGTROUBLE",
        0x8000_0303: "DCAMERR_NOTRIGGER", 0x8000_0304: "DCAMERR_TEMPERATURE_TROUBLE",
        0x8000_0305: "DCAMERR_TOOFREQUENTTRIGGER", 0x8000_0321: "DCAMERR_INVALIDIMAGE",
        0x8000_0806: "DCAMERR_INVALIDCAMERA", 0x8000_0807: "DCAMERR_INVALIDHANDLE",
        0x8000_0808: "DCAMERR_INVALIDPARAM", 0x8000_0821: "DCAMERR_INVALIDVALUE", 0x8000_0822: "DCAMERR_OUTOFRANGE",
        0x8000_0823: "DCAMERR_NOTWRITABLE", 0x8000_0824: "DCAMERR_NOTREADABLE",
        0x8000_0825: "DCAMERR_INVALIDPROPERTYID", 0x8000_0828: "DCAMERR_NOPROPERTY",
        0x8000_082b: "DCAMERR_INVALIDSUBARRAY", 0x8000_082c: "DCAMERR_ACCESSDENY", 0x8000_082d: "DCAMERR_NOVALUETEXT",
        0x8000_082e: "DCAMERR_WRONGPROPERTYVALUE", 0x8000_0830: "DCAMERR_DISHARMONY",
        0x8000_0833: "DCAMERR_INVALIDFRAMEINDEX", 0x8000_083f: "DCAMERR_LESSSYSTEMMEMORY",
        0x8000_0f03: "DCAMERR_NOTSUPPORT", 0x8000_0f04: "DCAMERR_UNLOADED", 0x8000_0f06: "DCAMERR_MISSINGFRAME_TROUBLE",
        0x8000_0f07: "DCAMERR_NOCONNECTION", 0x8000_1002: "DCAMERR_FRAMEGRABBER_NEEDS_FIRMWAREUPDATE",
        0x8100_1001: "DCAMERR_FAILOPENBUS", 0x8200_1001: "DCAMERR_FAILOPENCAMERA",
        0x8200_1002: "DCAMERR_DEVICEPROBLEM", 0x8300_1002: "DCAMERR_FAILREADCAMERA",
        0x8300_1003: "DCAMERR_FAILWRITECAMERA", 0x8400_2001: "DCAMERR_INVALIDWAITHANDLE",
        0xb000_0001: "DCAMERR_DEVICEINITIALIZING",
    ]
}
