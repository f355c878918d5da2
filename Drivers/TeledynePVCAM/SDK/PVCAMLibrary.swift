internal import Devices
internal import Platform
internal import SDKCameras

/// Teledyne's `libpvcam`, installed or simulated: the only place that handles pointers.
///
/// The library has one code for the latest call of the process, so one call is made at a time.
final class PVCAMLibrary: Sendable {
    let path: String
    private let functions: PVCAMFunctions
    private let turn = Lock(())

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        var library = try VendorLibrary(
            name,
            name: Self.search.name,
            anchor: "pl_pvcam_init",
            symbols: .local,
            hiding: isHidden
        )
        path = library.path
        functions = try PVCAMFunctions(&library)
    }

    static let search = LibrarySearch(
        "Teledyne's PVCAM",
        name: "libpvcam",
        places: ["libpvcam.so.2", "libpvcam.so", "/opt/pvcam/library/\(architecture)/libpvcam.so.2"],
        variable: "PVCAM_LIBRARY",
        simulatedVariable: "PVCAM_SIMULATED_LIBRARY"
    )

    private static var architecture: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?) throws(DeviceError) -> PVCAMLibrary {
        try search.installed(configured) { name throws(DeviceError) in
            let library = try PVCAMLibrary(name)
            return (library, library.path)
        }
    }

    static func simulated() throws(DeviceError) -> PVCAMLibrary { try PVCAMLibrary(search.simulated()) }

    /// Makes a call alone, and reads its code before another call resets it.
    private func check(_ call: () -> UInt16) throws(PVCAMStatus) {
        try turn.withLock { _ throws(PVCAMStatus) in
            guard call() == 0 else { return }
            throw PVCAMStatus(functions.errorCode())
        }
    }

    // The library and its cameras

    func initialise() throws(PVCAMStatus) { try check { functions.initialise() } }
    func uninitialise() { try? check { functions.uninitialise() } }

    /// The version of the installation, such as 3.10.2; it comes from the environment.
    func version() throws(PVCAMStatus) -> String {
        var version: UInt16 = 0
        try check { unsafe functions.version(&version) }
        return "\(version >> 8).\(version >> 4 & 15).\(version & 15)"
    }

    /// The names of the cameras, as listed when the library was initialised.
    func names() throws(PVCAMStatus) -> [String] {
        var count: Int16 = 0
        try check { unsafe functions.total(&count) }
        // The library itself has no more than 16.
        return try (0..<min(max(count, 0), 64)).map { index throws(PVCAMStatus) in
            unsafe try text { text in unsafe functions.name(index, text) }
        }
    }

    func open(_ name: String) throws(PVCAMStatus) -> Int16 {
        var camera: Int16 = -1
        try check { unsafe functions.open(name, &camera, 0) }
        return camera
    }

    func close(_ camera: Int16) { try? check { functions.close(camera) } }

    /// Lets the library call the function of ``PVCAMEvents`` at the end of each frame and when the camera is removed.
    ///
    /// - Parameter number: passed to the function.
    func register(_ camera: Int16, number: UInt) throws(PVCAMStatus) {
        for event in PVCAMEvents.awaited {
            try check {
                unsafe functions.register(
                    camera,
                    event,
                    PVCAMEvents.functions[event],
                    UnsafeMutableRawPointer(bitPattern: number)
                )
            }
        }
    }

    func deregister(_ camera: Int16) {
        for event in PVCAMEvents.awaited { try? check { functions.deregister(camera, event) } }
    }

    /// Sets the post-processing features to their defaults.
    func resetFeatures(_ camera: Int16) throws(PVCAMStatus) { try check { functions.resetFeatures(camera) } }

    // Parameters

    func value(_ id: ParameterID, _ attribute: Attribute, _ camera: Int16) throws(PVCAMStatus) -> ParameterValue {
        guard let kind = attribute.kind ?? id.kind else { throw .noParameter }
        guard kind != .text else {
            guard attribute == .current else { throw .noAttribute }
            return .text(try text(of: id, camera))
        }
        // Eight bytes, whatever the library writes.
        var word: UInt64 = 0
        try check { unsafe functions.getParameter(camera, id.number, attribute.rawValue, &word) }
        return kind.value(of: word)
    }

    private func text(of id: ParameterID, _ camera: Int16) throws(PVCAMStatus) -> String {
        // The longest text that the interface has is 1024 bytes.
        let count = (try? value(id, .count, camera))?.int ?? 0
        return unsafe try text(length: min(max(count, 1024), 1 << 16) + 1) { text in
            unsafe functions.getParameter(camera, id.number, Attribute.current.rawValue, text)
        }
    }

    func set(_ id: ParameterID, to value: ParameterValue, _ camera: Int16) throws(PVCAMStatus) {
        guard let kind = id.kind, var word = kind.word(of: value) else { throw .noParameter }
        try check { unsafe functions.setParameter(camera, id.number, &word) }
    }

    /// The choices of an enumeration.
    func items(_ id: ParameterID, _ camera: Int16) throws(PVCAMStatus) -> [(key: Int, label: String)] {
        let count = try value(id, .count, camera).int ?? 0
        // More than any enumeration has.
        return try (0..<UInt32(min(max(count, 0), 256))).map { index throws(PVCAMStatus) in
            var (key, length): (Int32, UInt32) = (0, 0)
            try check { unsafe functions.itemLength(camera, id.number, index, &length) }
            let bounded = min(length, 1 << 10) + 1
            let label = unsafe try text(length: Int(bounded)) { text in
                unsafe functions.getItem(camera, id.number, index, &key, text, bounded)
            }
            return (Int(key), label)
        }
    }

    // Acquisition

    /// Sets up an acquisition; the bytes of one frame.
    ///
    /// - Parameter isSequence: whether one frame is taken at each start, instead of a series without an end.
    func setUp(
        _ region: Region,
        mode: Int16,
        exposure: UInt32,
        isSequence: Bool,
        _ camera: Int16
    ) throws(PVCAMStatus) -> Int {
        var (bytes, region): (UInt32, [UInt16]) = (0, region.words)
        let overwriting: Int16 = 1
        try check {
            unsafe region.withUnsafeMutableBytes { region in
                let address = UnsafeRawPointer(region.baseAddress)
                return isSequence
                    ? unsafe functions.setUpSequence(camera, 1, 1, address, mode, exposure, &bytes)
                    : unsafe functions.setUpContinuous(camera, 1, address, mode, exposure, &bytes, overwriting)
            }
        }
        return Int(bytes)
    }

    /// Starts a series; the library writes to the memory until the acquisition is aborted.
    func start(_ memory: FrameBuffer, _ camera: Int16) throws(PVCAMStatus) {
        try check { functions.startContinuous(camera, memory.address, UInt32(clamping: memory.byteCount)) }
    }

    /// Takes a single frame.
    func startSequence(_ memory: FrameBuffer, _ camera: Int16) throws(PVCAMStatus) {
        try check { functions.startSequence(camera, memory.address) }
    }

    /// Ends a sequence that is complete, before the next one can start.
    func finishSequence(_ memory: FrameBuffer, _ camera: Int16) throws(PVCAMStatus) {
        try check { functions.finishSequence(camera, memory.address, 0) }
    }

    /// Whether the library has software triggers.
    var canTrigger: Bool { unsafe functions.trigger != nil }

    /// Sends a software trigger; false if the camera has ignored it because it was busy.
    func trigger(_ camera: Int16) throws(PVCAMStatus) -> Bool {
        guard let trigger = unsafe functions.trigger else { throw .noParameter }
        var flags: UInt32 = 0
        try check { unsafe trigger(camera, &flags, 0) }
        return flags & 1 == 0
    }

    /// The state of the acquisition, as the library's number.
    func status(_ camera: Int16) throws(PVCAMStatus) -> Int16 {
        var (status, bytes): (Int16, UInt32) = (0, 0)
        try check { unsafe functions.status(camera, &status, &bytes) }
        return status
    }

    /// The newest frame, and its address.
    func latestFrame(_ camera: Int16) throws(PVCAMStatus) -> (address: UInt, info: FrameInfo) {
        var address: UInt = 0
        var record = [UInt64](repeating: 0, count: FrameInfo.words)
        try check {
            unsafe record.withUnsafeMutableBytes { unsafe functions.latestFrame(camera, &address, $0.baseAddress) }
        }
        return (address, FrameInfo(record))
    }

    func abort(_ camera: Int16, _ state: AbortState) throws(PVCAMStatus) {
        try check { functions.abort(camera, state.rawValue) }
    }

    private func text(
        length: Int = 256,
        _ call: (UnsafeMutablePointer<CChar>?) -> UInt16
    ) throws(PVCAMStatus) -> String {
        var bytes = [UInt8](repeating: 0, count: length + 1)
        try check {
            unsafe bytes.withUnsafeMutableBytes { unsafe call($0.assumingMemoryBound(to: CChar.self).baseAddress) }
        }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
