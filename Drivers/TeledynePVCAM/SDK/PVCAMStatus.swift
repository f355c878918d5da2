internal import SDKCameras

/// A code of the library that stands for a failure.
struct PVCAMStatus: SDKStatus, Hashable, CustomStringConvertible {
    let code: Int16

    init(_ code: Int16) { self.code = code }

    /// The vendor's name and number.
    var description: String { "\(Self.names[code] ?? "PL_ERR_unknown") (\(code))" }

    static let installationCorrupted = PVCAMStatus(151)
    static let accessDenied = PVCAMStatus(156)
    static let alreadyInitialised = PVCAMStatus(158)
    static let noParameter = PVCAMStatus(160)
    static let noAttribute = PVCAMStatus(163)
    static let noDataYet = PVCAMStatus(169)
    static let overrun = PVCAMStatus(173)
    static let invalidHandle = PVCAMStatus(175)
    static let unknownName = PVCAMStatus(176)
    static let notOpen = PVCAMStatus(177)
    static let alreadyOpen = PVCAMStatus(178)
    static let removed = PVCAMStatus(180)
    static let invalidRegion = PVCAMStatus(181)
    static let invalidBinning = PVCAMStatus(182)
    static let invalidState = PVCAMStatus(184)
    static let openFailed = PVCAMStatus(195)

    /// The codes of a camera that is gone, and those of the driver below the library.
    var isLoss: Bool {
        [Self.invalidHandle, .notOpen, .removed].contains(self) || (197...203).contains(code)
    }

    var mayNeedPause: Bool { [Self.accessDenied, .invalidState].contains(self) }

    /// Whether the camera does not have a parameter or an attribute.
    var isAbsence: Bool { [Self.noParameter, .noAttribute].contains(self) || code == 154 || code == 155 }

    private static let names: [Int16: String] = [
        4: "PL_ERR_TRANSMISSION_TIMEOUT", 151: "PL_ERR_INSTALLATION_CORRUPTED", 152: "PL_ERR_INSUFFICIENT_RESOURCES",
        153: "PL_ERR_NULL_POINTER", 154: "PL_ERR_NOT_AVAILABLE", 155: "PL_ERR_NOT_IMPLEMENTED",
        156: "PL_ERR_ACCESS_DENIED", 157: "PL_ERR_LIBRARY_NOT_INITIALIZED", 158: "PL_ERR_LIBRARY_ALREADY_INITIALIZED",
        160: "PL_ERR_PARAMETER_NOT_AVAILABLE", 161: "PL_ERR_PARAMETER_NOT_ENUM", 163: "PL_ERR_ATTRIBUTE_NOT_AVAILABLE",
        164: "PL_ERR_VALUE_INVALID", 165: "PL_ERR_VALUE_OUT_OF_RANGE", 166: "PL_ERR_VALUE_SET_FAILED",
        167: "PL_ERR_VALUE_REFUSED_BY_DEVICE", 168: "PL_ERR_DATA_INVALID", 169: "PL_ERR_DATA_NOT_AVAILABLE_YET",
        170: "PL_ERR_DATA_PROCESSING_FAILED", 171: "PL_ERR_BUFFER_SIZE_INVALID", 172: "PL_ERR_BUFFER_TOO_SMALL",
        173: "PL_ERR_BUFFER_OVERRUN", 174: "PL_ERR_BUFFER_MALFORMED", 175: "PL_ERR_DEVICE_HANDLE_INVALID",
        176: "PL_ERR_DEVICE_NAME_UNKNOWN", 177: "PL_ERR_DEVICE_NOT_OPEN", 178: "PL_ERR_DEVICE_ALREADY_OPEN",
        179: "PL_ERR_DEVICE_CONFIGURATION_INVALID", 180: "PL_ERR_DEVICE_REMOVED", 181: "PL_ERR_REGION_INVALID",
        182: "PL_ERR_BINNING_INVALID", 183: "PL_ERR_MODE_INVALID", 184: "PL_ERR_STATE_INVALID",
        185: "PL_ERR_CONFIGURATION_INVALID", 186: "PL_ERR_INDEX_OUT_OF_RANGE", 187: "PL_ERR_EXPOSURE_OUT_OF_RANGE",
        188: "PL_ERR_ACQUISITION_SETUP_REQUIRED", 189: "PL_ERR_NO_SPEED_AVAILABLE", 190: "PL_ERR_TOO_MANY_FRAMES",
        191: "PL_ERR_ZERO_FRAMES", 192: "PL_ERR_METADATA_INVALID", 193: "PL_ERR_DDI_LIBRARY_INCOMPATIBLE",
        194: "PL_ERR_DDI_DRIVER_INITIALIZATION_FAILED", 195: "PL_ERR_DDI_DEVICE_OPEN_FAILED",
        196: "PL_ERR_DDI_DEVICE_CLOSE_FAILED", 197: "PL_ERR_DDI_DEVICE_READ_FAILED",
        198: "PL_ERR_DDI_DEVICE_WRITE_FAILED", 199: "PL_ERR_DDI_DEVICE_IOCTL_FAILED",
        200: "PL_ERR_DDI_EVENT_WAIT_FAILED", 201: "PL_ERR_DDI_EVENT_RESET_FAILED", 202: "PL_ERR_DDI_EVENT_SET_FAILED",
        203: "PL_ERR_DDI_EVENT_WAIT_TIMED_OUT",
    ]
}
