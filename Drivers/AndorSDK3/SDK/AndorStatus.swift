/// What a call of the SDK answered instead of success.
struct AndorStatus: Error, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    /// The vendor's name and number; the SDK itself has no texts.
    var description: String { "\(Self.names[code] ?? "AT_ERR_unknown") (\(code))" }

    static let notImplemented = AndorStatus(2)
    static let notWritable = AndorStatus(5)
    static let outOfRange = AndorStatus(6)
    static let connection = AndorStatus(10)
    static let noData = AndorStatus(11)
    static let invalidHandle = AndorStatus(12)
    static let timedOut = AndorStatus(13)
    static let communication = AndorStatus(17)
    static let deviceInUse = AndorStatus(38)
    static let hardwareOverflow = AndorStatus(100)

    /// Whether the camera cannot be reached, so that only opening it again can help.
    var isLoss: Bool { [.connection, .communication, .invalidHandle].contains(self) }

    private static let names: [Int32: String] = [
        1: "AT_ERR_NOTINITIALISED", 2: "AT_ERR_NOTIMPLEMENTED", 3: "AT_ERR_READONLY", 4: "AT_ERR_NOTREADABLE",
        5: "AT_ERR_NOTWRITABLE", 6: "AT_ERR_OUTOFRANGE", 7: "AT_ERR_INDEXNOTAVAILABLE",
        8: "AT_ERR_INDEXNOTIMPLEMENTED", 9: "AT_ERR_EXCEEDEDMAXSTRINGLENGTH", 10: "AT_ERR_CONNECTION",
        11: "AT_ERR_NODATA", 12: "AT_ERR_INVALIDHANDLE", 13: "AT_ERR_TIMEDOUT", 14: "AT_ERR_BUFFERFULL",
        15: "AT_ERR_INVALIDSIZE", 16: "AT_ERR_INVALIDALIGNMENT", 17: "AT_ERR_COMM", 18: "AT_ERR_STRINGNOTAVAILABLE",
        19: "AT_ERR_STRINGNOTIMPLEMENTED", 20: "AT_ERR_NULL_FEATURE", 21: "AT_ERR_NULL_HANDLE",
        22: "AT_ERR_NULL_IMPLEMENTED_VAR", 23: "AT_ERR_NULL_READABLE_VAR", 24: "AT_ERR_NULL_READONLY_VAR",
        25: "AT_ERR_NULL_WRITABLE_VAR", 26: "AT_ERR_NULL_MINVALUE", 27: "AT_ERR_NULL_MAXVALUE",
        28: "AT_ERR_NULL_VALUE", 29: "AT_ERR_NULL_STRING", 30: "AT_ERR_NULL_COUNT_VAR",
        31: "AT_ERR_NULL_ISAVAILABLE_VAR", 32: "AT_ERR_NULL_MAXSTRINGLENGTH", 33: "AT_ERR_NULL_EVCALLBACK",
        34: "AT_ERR_NULL_QUEUE_PTR", 35: "AT_ERR_NULL_WAIT_PTR", 36: "AT_ERR_NULL_PTRSIZE", 37: "AT_ERR_NOMEMORY",
        38: "AT_ERR_DEVICEINUSE", 39: "AT_ERR_DEVICENOTFOUND", 100: "AT_ERR_HARDWARE_OVERFLOW",
        1002: "AT_ERR_INVALIDOUTPUTPIXELENCODING", 1003: "AT_ERR_INVALIDINPUTPIXELENCODING",
        1004: "AT_ERR_INVALIDMETADATAINFO", 1005: "AT_ERR_CORRUPTEDMETADATA", 1006: "AT_ERR_METADATANOTFOUND",
        1008: "AT_ERR_INVALIDFORMAT", 1009: "AT_ERR_INVALIDPATH", 1010: "AT_ERR_NO_NEW_DATA",
        1011: "AT_ERR_SPOOLING_NOT_CONFIGURED",
    ]
}
