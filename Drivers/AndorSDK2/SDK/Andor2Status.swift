internal import SDKCameras

/// A code of the library that does not mean success.
struct Andor2Status: SDKStatus, Hashable, CustomStringConvertible {
    let code: UInt32

    init(_ code: UInt32) { self.code = code }

    /// The vendor's name and number.
    var description: String { "\(Self.names[code] ?? "DRV_unknown") (\(code))" }

    static let success: UInt32 = 20002
    static let noDriver = Andor2Status(20003)
    static let noAnswer = Andor2Status(20013)
    static let noNewData = Andor2Status(20024)
    static let generalError = Andor2Status(20049)
    static let acquiring = Andor2Status(20072)
    static let idle = Andor2Status(20073)
    static let temperatureCycle = Andor2Status(20074)
    static let notInitialised = Andor2Status(20075)
    static let firmware = Andor2Status(20096)
    static let notSupported = Andor2Status(20991)
    static let notAvailable = Andor2Status(20992)

    var isLoss: Bool { [20012, 20013, 20075, 20089, 20093].contains(code) }
    var mayNeedPause: Bool { self == .acquiring || self == .temperatureCycle }
    /// Whether the camera, or this version of the library, lacks the function.
    var isAbsence: Bool { [20007, 20991, 20992].contains(code) }
    /// Whether an argument was refused.
    var isRefusal: Bool { (20066...20069).contains(code) || [20076, 20077, 20078, 20095, 20099].contains(code) }
    /// Whether the code is the answer of a thermometer and not a failure.
    var isTemperature: Bool { (20034...20040).contains(code) }

    private static let names: [UInt32: String] = [
        20003: "DRV_VXDNOTINSTALLED", 20004: "DRV_ERROR_SCAN", 20005: "DRV_ERROR_CHECK_SUM",
        20006: "DRV_ERROR_FILELOAD", 20007: "DRV_UNKNOWN_FUNCTION", 20008: "DRV_ERROR_VXD_INIT",
        20009: "DRV_ERROR_ADDRESS", 20010: "DRV_ERROR_PAGELOCK", 20011: "DRV_ERROR_PAGEUNLOCK",
        20012: "DRV_ERROR_BOARDTEST", 20013: "DRV_ERROR_ACK", 20014: "DRV_ERROR_UP_FIFO", 20015: "DRV_ERROR_PATTERN",
        20017: "DRV_ACQUISITION_ERRORS", 20018: "DRV_ACQ_BUFFER", 20019: "DRV_ACQ_DOWNFIFO_FULL",
        20022: "DRV_KINETIC_TIME_NOT_MET", 20023: "DRV_ACCUM_TIME_NOT_MET", 20024: "DRV_NO_NEW_DATA",
        20034: "DRV_TEMPERATURE_OFF", 20035: "DRV_TEMPERATURE_NOT_STABILIZED", 20036: "DRV_TEMPERATURE_STABILIZED",
        20037: "DRV_TEMPERATURE_NOT_REACHED", 20038: "DRV_TEMPERATURE_OUT_RANGE",
        20039: "DRV_TEMPERATURE_NOT_SUPPORTED", 20040: "DRV_TEMPERATURE_DRIFT", 20049: "DRV_GENERAL_ERRORS",
        20051: "DRV_COF_NOTLOADED", 20052: "DRV_FPGAPROG", 20055: "DRV_EEPROM", 20066: "DRV_P1INVALID",
        20067: "DRV_P2INVALID", 20068: "DRV_P3INVALID", 20069: "DRV_P4INVALID", 20070: "DRV_INIERROR",
        20071: "DRV_COFERROR", 20072: "DRV_ACQUIRING", 20073: "DRV_IDLE", 20074: "DRV_TEMPCYCLE",
        20075: "DRV_NOT_INITIALIZED", 20076: "DRV_P5INVALID", 20077: "DRV_P6INVALID", 20078: "DRV_INVALID_MODE",
        20079: "DRV_INVALID_FILTER", 20080: "DRV_I2CERRORS", 20089: "DRV_USBERROR", 20090: "DRV_IOCERROR",
        20093: "DRV_USB_INTERRUPT_ENDPOINT_ERROR", 20095: "DRV_INVALID_TRIGGER_MODE",
        20096: "DRV_LOAD_FIRMWARE_ERROR", 20097: "DRV_DIVIDE_BY_ZERO_ERROR", 20099: "DRV_BINNING_ERROR",
        20100: "DRV_INVALID_AMPLIFIER", 20101: "DRV_INVALID_COUNTCONVERT_MODE", 20211: "DRV_PROCESSING_FAILED",
        20990: "DRV_ERROR_NOCAMERA", 20991: "DRV_NOT_SUPPORTED", 20992: "DRV_NOT_AVAILABLE",
    ]
}
