internal import Devices
internal import SDKCameras

/// A code of the SDK that stands for a failure: any number but zero.
struct XiStatus: SDKStatus, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    /// The vendor's name and number.
    var description: String { "\(Self.names[code] ?? "XI_unknown") (\(code))" }

    static let invalidHandle = XiStatus(1)
    static let timedOut = XiStatus(10)
    static let acquisitionStopped = XiStatus(45)
    static let noDevices = XiStatus(56)
    static let locked = XiStatus(57)
    static let wrongValue = XiStatus(101)
    static let notReady = XiStatus(49)

    /// Registers that cannot be read or written, transfers that fail, and devices that are not there any longer.
    private static let losses: Set<Int32> = [1, 2, 3, 7, 8, 25, 49, 55, 56]
    var isLoss: Bool { Self.losses.contains(code) }

    /// A parameter is locked while the camera acquires; older libraries report that in other words.
    private static let locks: Set<Int32> = [111, 114, 119]
    var mayNeedPause: Bool { Self.locks.contains(code) }

    /// Whether the camera does not have a parameter.
    private static let absences: Set<Int32> = [12, 26, 100, 106, 107]
    var isAbsence: Bool { Self.absences.contains(code) }

    /// The kind of error that a client gets.
    var kind: DeviceError.Kind {
        if isAbsence { return .unsupported }
        return mayNeedPause ? .incompatibleState : .failed
    }

    private static let names: [Int32: String] = [
        1: "XI_INVALID_HANDLE", 2: "XI_READREG", 3: "XI_WRITEREG", 4: "XI_FREE_RESOURCES", 5: "XI_FREE_CHANNEL",
        6: "XI_FREE_BANDWIDTH", 7: "XI_READBLK", 8: "XI_WRITEBLK", 9: "XI_NO_IMAGE", 10: "XI_TIMEOUT",
        11: "XI_INVALID_ARG", 12: "XI_NOT_SUPPORTED", 13: "XI_ISOCH_ATTACH_BUFFERS", 14: "XI_GET_OVERLAPPED_RESULT",
        15: "XI_MEMORY_ALLOCATION", 19: "XI_TOO_MANY_DEVICES", 21: "XI_UNKNOWN_HARDWARE", 25: "XI_BUS_RESET",
        26: "XI_NOT_IMPLEMENTED", 36: "XI_INVALID_BUFFER", 40: "XI_WRONG_ORDER", 41: "XI_ACQUISITION_ALREADY_UP",
        42: "XI_OLD_DRIVER_VERSION", 44: "XI_DATA_CANT_BE_PROCESSED", 45: "XI_ACQUISITION_STOPED",
        46: "XI_ACQUISITION_STOPED_WERR", 49: "XI_DEVICE_NOT_READY", 52: "XI_PRIVILEGES",
        53: "XI_DRIVER_INCOMPATIBLE", 55: "XI_DEVICE_RESET", 56: "XI_NO_DEVICES_FOUND", 57: "XI_RESOURCE_LOCKED",
        58: "XI_BUFFER_SIZE_TOO_SMALL", 60: "XI_ACQUISITION_NOT_STARTED", 61: "XI_RESOURCE_NOT_FOUND",
        100: "XI_UNKNOWN_PARAM", 101: "XI_WRONG_PARAM_VALUE", 103: "XI_WRONG_PARAM_TYPE", 104: "XI_WRONG_PARAM_SIZE",
        105: "XI_BUFFER_TOO_SMALL", 106: "XI_NOT_SUPPORTED_PARAM", 107: "XI_NOT_SUPPORTED_PARAM_INFO",
        108: "XI_NOT_SUPPORTED_DATA_FORMAT", 109: "XI_READ_ONLY_PARAM", 111: "XI_BANDWIDTH_NOT_SUPPORTED",
        114: "XI_PARAM_NOT_SETTABLE", 115: "XI_SAFE_POLICY_NOT_SUPPORTED", 119: "XI_PARAM_NOT_AVAILABLE_IN_CONTEXT",
        120: "XI_FRAME_BUFFER_INIT", 205: "XI_OUT_OF_RANGE",
    ]
}
