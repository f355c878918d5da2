internal import Glibc
internal import SDKCameras

/// The part of the Andor SDK 3 that the driver uses.
///
/// Everything else about a camera is a feature with a name.
///
/// Calls may come from any thread; for one camera, one at a time is safer.
protocol AndorSDK: Sendable {
    /// The path of the library.
    var path: String { get }

    /// Initialises the library.
    ///
    /// Counted: it takes as many calls of ``finalise()`` to end it.
    func initialise() throws(AndorStatus)
    func finalise()

    /// Opens a camera by its index, which is fixed until the library ends.
    func open(_ index: Int) throws(AndorStatus) -> AndorHandle
    func close(_ camera: AndorHandle) throws(AndorStatus)

    /// Whether a camera has a feature, whether it can be written now, and whether it is read-only.
    func has(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func canWrite(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func isReadOnly(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool

    func int(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func setInt(_ feature: AndorFeature, _ camera: AndorHandle, to value: Int) throws(AndorStatus)
    func intLimits(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> (lowest: Int, highest: Int)

    func float(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Double
    func setFloat(_ feature: AndorFeature, _ camera: AndorHandle, to value: Double) throws(AndorStatus)
    func floatLimits(
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> (lowest: Double, highest: Double)

    func bool(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func setBool(_ feature: AndorFeature, _ camera: AndorHandle, to value: Bool) throws(AndorStatus)

    func string(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> String
    func setString(_ feature: AndorFeature, _ camera: AndorHandle, to value: String) throws(AndorStatus)
    func stringLimit(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int

    func choice(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func setChoice(_ feature: AndorFeature, _ camera: AndorHandle, to index: Int) throws(AndorStatus)
    func choiceCount(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func choiceLabel(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> String
    /// Whether the camera has a choice of the list, and it is available with the present settings.
    func hasChoice(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> Bool

    func perform(_ command: AndorFeature, _ camera: AndorHandle) throws(AndorStatus)

    /// Queues memory for an image, which the SDK may write until it is returned or flushed.
    func queue(_ buffer: FrameBuffer, _ camera: AndorHandle) throws(AndorStatus)
    /// The address of the buffer that has been filled, and the number of bytes.
    func wait(_ camera: AndorHandle, milliseconds: UInt32) throws(AndorStatus) -> (address: UInt, byteCount: Int)
    func flush(_ camera: AndorHandle) throws(AndorStatus)
}

/// The name of a feature, converted once for the SDK, because the conversion costs more than most calls.
struct AndorFeature: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let name: String
    let wide: [wchar_t]

    init(_ name: String) {
        self.name = name
        wide = name.unicodeScalars.map { wchar_t($0.value) } + [0]
    }

    init(stringLiteral name: String) { self.init(name) }

    var description: String { name }

    static let softwareTrigger: Self = "SoftwareTrigger"

    static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The SDK's handle of an open camera, valid until it is closed.
struct AndorHandle: Sendable, Hashable {
    let number: Int32

    /// The library itself, which has features as well.
    static let system = AndorHandle(number: 1)
}

/// An error code of the SDK.
struct AndorStatus: SDKStatus, Hashable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    /// The vendor's name and number; the SDK has no texts.
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

    /// Whether the camera cannot be reached, so that only reopening it can help.
    var isLoss: Bool { [.connection, .communication, .invalidHandle].contains(self) }

    /// Some features can be written while acquiring only in some modes, or only in part of their range.
    var mayNeedPause: Bool { self == .notWritable || self == .outOfRange }

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
