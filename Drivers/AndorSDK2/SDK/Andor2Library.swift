internal import Devices
internal import Platform
internal import SDKCameras

/// Andor's `libandor` (SDK 2), installed or simulated: the only place that handles pointers.
///
/// Functions act on the current camera of the process, so one lock covers its selection and the call.
final class Andor2Library: Sendable {
    let path: String
    private let functions: Andor2Functions
    private let turn = Lock(())
    private static let loaded = Lock<[String: Andor2Library]>([:])

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        // Its sub-libraries look up its functions among the global symbols.
        var library = try VendorLibrary(
            name,
            name: Self.search.name,
            anchor: "GetAvailableCameras",
            symbols: .global,
            hiding: isHidden
        )
        path = library.path
        functions = try Andor2Functions(&library)
    }

    static let search = LibrarySearch(
        "Andor's SDK 2",
        name: "libandor",
        places: ["libandor.so.2", "/usr/local/lib/libandor.so.2", "libandor.so", "/usr/local/lib/libandor.so"],
        variable: "ANDOR_SDK2_LIBRARY",
        simulatedVariable: "ANDOR_SDK2_SIMULATED_LIBRARY"
    )

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?) throws(DeviceError) -> Andor2Library {
        shared(
            try search.installed(configured) { name throws(DeviceError) in
                let library = try Andor2Library(name)
                return (library, library.path)
            }
        )
    }

    static func simulated() throws(DeviceError) -> Andor2Library { shared(try Andor2Library(search.simulated())) }

    /// The object for all cameras of the process, since they share the current camera.
    static func shared(_ library: Andor2Library) -> Andor2Library {
        loaded.withLock { loaded in
            if let known = loaded[library.path] { return known }
            loaded[library.path] = library
            return library
        }
    }

    /// Selects a camera and makes a call for it, while nobody else makes one.
    func call(_ camera: Int32, _ body: (Andor2Functions) -> UInt32?) throws(Andor2Status) {
        try turn.withLock { _ throws(Andor2Status) in
            try Self.check(functions.select(camera))
            try Self.check(body(functions))
        }
    }

    /// A function that the library lacks counts as one that the camera lacks.
    private static func check(_ code: UInt32?) throws(Andor2Status) {
        guard let code else { throw .notSupported }
        guard code == Andor2Status.success else { throw Andor2Status(code) }
    }

    // Before a camera is open

    /// The number of cameras, including those that other programs hold.
    func cameraCount() throws(Andor2Status) -> Int {
        try turn.withLock { _ throws(Andor2Status) in
            var count: Int32 = 0
            try Self.check(unsafe functions.availableCameras(&count))
            // More than any computer has.
            return Int(min(max(count, 0), 64))
        }
    }

    func handle(_ index: Int) throws(Andor2Status) -> Int32 {
        try turn.withLock { _ throws(Andor2Status) in
            var handle: Int32 = 0
            try Self.check(unsafe functions.cameraHandle(Int32(clamping: index), &handle))
            return handle
        }
    }

    func initialise(_ camera: Int32, folder: String) throws(Andor2Status) {
        try call(camera) { functions in unsafe functions.initialise(folder) }
    }

    func shutDown(_ camera: Int32) { try? call(camera) { $0.shutDown() } }

    /// Waits for an image without the lock: this function names its camera itself.
    func wait(_ camera: Int32, milliseconds: UInt32) throws(Andor2Status) {
        try Self.check(functions.wait(Int(camera), Int32(clamping: milliseconds)))
    }

    // Values of different shapes

    func int(_ camera: Int32, _ body: (Andor2Functions) -> Andor2Functions.GetInt?) throws(Andor2Status) -> Int {
        var value: Int32 = 0
        try call(camera) { functions in unsafe body(functions)?(&value) }
        return Int(value)
    }

    func ints(
        _ camera: Int32,
        _ body: (Andor2Functions) -> Andor2Functions.GetInts?
    ) throws(Andor2Status) -> (Int, Int) {
        var (one, other): (Int32, Int32) = (0, 0)
        try call(camera) { functions in unsafe body(functions)?(&one, &other) }
        return (Int(one), Int(other))
    }

    /// A value and the code that came with it, which is an answer of its own.
    func temperature(_ camera: Int32) throws(Andor2Status) -> (celsius: Double, state: Andor2Status) {
        var (value, state): (Float, UInt32) = (0, 0)
        try call(camera) { functions in
            state = unsafe functions.temperature(&value)
            return Andor2Status(state).isTemperature ? Andor2Status.success : state
        }
        return (Double(value), Andor2Status(state))
    }

    func readoutTime(_ camera: Int32) throws(Andor2Status) -> Double {
        var value: Float = 0
        try call(camera) { functions in unsafe functions.readoutTime?(&value) }
        return Double(value)
    }

    /// The true exposure time and the time from one image to the next, in seconds.
    func timings(_ camera: Int32) throws(Andor2Status) -> (exposure: Double, period: Double) {
        var (exposure, accumulate, kinetic): (Float, Float, Float) = (0, 0, 0)
        try call(camera) { functions in unsafe functions.timings(&exposure, &accumulate, &kinetic) }
        return (Double(exposure), Double(kinetic))
    }

    func headModel(_ camera: Int32) throws(Andor2Status) -> String {
        unsafe try text { bytes throws(Andor2Status) in
            try call(camera) { functions in unsafe functions.headModel(bytes) }
        }
    }

    /// The version of the library.
    func version(_ camera: Int32) throws(Andor2Status) -> String {
        unsafe try text { bytes throws(Andor2Status) in
            try call(camera) { functions in unsafe functions.version(0x4000_0000, bytes, 255) }
        }
    }

    /// The version and build of the camera's firmware.
    func firmware(_ camera: Int32) throws(Andor2Status) -> String {
        var numbers = [Int32](repeating: 0, count: 6)
        try call(camera) { functions in
            unsafe numbers.withUnsafeMutableBufferPointer { numbers in
                guard let first = numbers.baseAddress else { return Andor2Status.generalError.code }
                return unsafe functions.hardwareVersion(first, first + 1, first + 2, first + 3, first + 4, first + 5)
            }
        }
        return "\(numbers[4]).\(numbers[5])"
    }

    func amplifierName(_ camera: Int32, _ number: Int) throws(Andor2Status) -> String {
        unsafe try text { bytes throws(Andor2Status) in
            try call(camera) { functions in
                unsafe functions.describeAmplifier?(Int32(clamping: number), bytes, 255)
            }
        }
    }

    private func text(
        _ body: (UnsafeMutablePointer<CChar>?) throws(Andor2Status) -> Void
    ) throws(Andor2Status) -> String {
        // The functions state no length; 256 bytes are what the vendor asks for.
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: 1024)
        defer { unsafe bytes.deallocate() }
        unsafe bytes.initialize(repeating: 0, count: 1024)
        unsafe try body(bytes)
        unsafe bytes[1023] = 0
        return unsafe String(cString: bytes)
    }

    func capabilities(_ camera: Int32) throws(Andor2Status) -> Andor2Capabilities {
        var words = [UInt32](repeating: 0, count: 13)
        words[0] = UInt32(words.count * 4)
        try call(camera) { functions in
            unsafe words.withUnsafeMutableBytes { unsafe functions.capabilities($0.baseAddress) }
        }
        return Andor2Capabilities(
            acquisitions: words[1],
            triggers: words[3],
            cameraType: words[4],
            setFunctions: words[6],
            features: words[8],
            emModes: words[10]
        )
    }

    // Images

    /// The numbers of the first and the last image that have not been read; nil if there is none.
    func newImages(_ camera: Int32) throws(Andor2Status) -> ClosedRange<Int>? {
        do throws(Andor2Status) {
            let (first, last) = unsafe try ints(camera) { unsafe $0.newImages }
            guard first >= 1, last >= first else { return nil }
            return first...last
        } catch .noNewData { return nil }
    }

    /// Copies an image to an address with room for its pixels of 16 bits.
    func copy(_ number: Int, _ camera: Int32, to address: UInt, pixels: Int) throws(Andor2Status) {
        var (first, last): (Int32, Int32) = (0, 0)
        let index = Int32(clamping: number)
        try call(camera) { functions in
            unsafe functions.images(
                index,
                index,
                UnsafeMutableRawPointer(bitPattern: address),
                UInt32(clamping: pixels),
                &first,
                &last
            )
        }
        guard first == index, last == index else { throw .generalError }
    }

    /// The time from the start of the acquisition to an image, in seconds.
    func imageTime(_ number: Int, _ camera: Int32) throws(Andor2Status) -> Double {
        // The start as the library states it is not used: whether it is the local time is not documented.
        var (start, milliseconds) = ((UInt64(0), UInt64(0)), Float(0))
        try call(camera) { functions in
            unsafe functions.imageTime?(&start, &milliseconds, UInt32(clamping: number))
        }
        return Double(milliseconds) / 1000
    }
}

/// The abilities of a camera, as bits.
struct Andor2Capabilities: Sendable {
    let acquisitions, triggers, cameraType, setFunctions, features, emModes: UInt32

    var hasInvertedTriggers: Bool { triggers & 64 != 0 }
    var hasFrameTransfer: Bool { acquisitions & 16 != 0 }
    var hasEMGain: Bool { setFunctions & 0x10 != 0 }
    var hasEMAdvanced: Bool { setFunctions & 0x8000 != 0 }
    var hasCrop: Bool { setFunctions & 0x400 != 0 }
    var hasBaselineClamp: Bool { setFunctions & 0x20 != 0 }
    var hasHighCapacity: Bool { setFunctions & 0x80 != 0 }
    var hasBaselineOffset: Bool { setFunctions & 0x100 != 0 }
    var hasTemperature: Bool { setFunctions & 4 != 0 }
    var hasFan: Bool { features & 128 != 0 }
    var hasMetadata: Bool { features & 0x8000 != 0 }

    /// The EM gain modes: 8 bits, 12 bits, linear, real gain.
    var emGainModes: [Int] { (0..<4).filter { emModes & 1 << UInt32($0) != 0 } }
}
