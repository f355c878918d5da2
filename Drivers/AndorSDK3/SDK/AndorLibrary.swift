internal import Devices
internal import Glibc
internal import Platform
internal import SDKCameras

/// Andor's `libatcore`, installed or simulated: the only place that handles pointers.
final class AndorLibrary: AndorSDK {
    let path: String
    private let functions: AndorFunctions

    /// One camera is opened or closed at a time in the whole process, because the library is global.
    private static let turn = Lock(())

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        var library = try VendorLibrary(
            name,
            name: Self.search.name,
            anchor: "AT_InitialiseLibrary",
            hiding: isHidden
        )
        path = library.path
        functions = try AndorFunctions(&library)
    }

    static let search = LibrarySearch(
        "Andor's SDK 3",
        name: "libatcore",
        places: [
            "libatcore.so.3", "libatcore.so", "/usr/local/lib/libatcore.so.3", "/usr/local/lib64/libatcore.so.3",
            "/opt/andor/lib/libatcore.so.3",
        ],
        variable: "ANDOR_SDK3_LIBRARY",
        simulatedVariable: "ANDOR_SDK3_SIMULATED_LIBRARY"
    )

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?, simulated: [String]? = nil) throws(DeviceError) -> AndorLibrary {
        try search.installed(configured, simulated: simulated) { name throws(DeviceError) in
            let library = try AndorLibrary(name)
            return (library, library.path)
        }
    }

    /// Loads the simulated library.
    static func simulated(_ paths: [String]? = nil) throws(DeviceError) -> AndorLibrary {
        try AndorLibrary(search.simulated(paths))
    }

    func initialise() throws(AndorStatus) {
        try check(Self.turn.withLock { [functions] _ in functions.initialise() })
    }

    func finalise() { _ = Self.turn.withLock { [functions] _ in functions.finalise() } }

    func open(_ index: Int) throws(AndorStatus) -> AndorHandle {
        let (status, number) = Self.turn.withLock { [functions] _ in
            var number: Int32 = -1
            let status = unsafe functions.open(Int32(truncatingIfNeeded: index), &number)
            return (status, number)
        }
        try check(status)
        // Version 3.5 answers like this where there is no camera.
        guard number > AndorHandle.system.number else { throw AndorStatus.outOfRange }
        return AndorHandle(number: number)
    }

    func close(_ camera: AndorHandle) throws(AndorStatus) {
        try check(Self.turn.withLock { [functions] _ in functions.close(camera.number) })
    }

    func perform(_ command: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) {
        try check(unsafe functions.command(camera.number, command.wide))
    }

    func flush(_ camera: AndorHandle) throws(AndorStatus) { try check(functions.flush(camera.number)) }

    func queue(_ buffer: FrameBuffer, _ camera: AndorHandle) throws(AndorStatus) {
        let memory = unsafe buffer.memory
        try check(
            unsafe functions.queueBuffer(
                camera.number,
                memory.assumingMemoryBound(to: UInt8.self).baseAddress,
                Int32(truncatingIfNeeded: memory.count)
            )
        )
    }

    func wait(_ camera: AndorHandle, milliseconds: UInt32) throws(AndorStatus) -> (address: UInt, byteCount: Int) {
        var memory: UnsafeMutablePointer<UInt8>?
        var count: Int32 = 0
        try check(unsafe functions.waitBuffer(camera.number, &memory, &count, milliseconds))
        return (UInt(bitPattern: memory), Int(count))
    }

    private func check(_ status: Int32) throws(AndorStatus) {
        guard status == 0 else { throw AndorStatus(status) }
    }
}

// Features
extension AndorLibrary {
    func has(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool {
        unsafe try small(functions.isImplemented, feature, camera) != 0
    }

    func canWrite(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool {
        unsafe try small(functions.isWritable, feature, camera) != 0
    }

    func isReadOnly(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool {
        unsafe try small(functions.isReadOnly, feature, camera) != 0
    }

    func int(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int {
        unsafe try large(functions.getInt, feature, camera)
    }

    func setInt(_ feature: AndorFeature, _ camera: AndorHandle, to value: Int) throws(AndorStatus) {
        try check(unsafe functions.setInt(camera.number, feature.wide, Int64(value)))
    }

    func intLimits(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> (lowest: Int, highest: Int) {
        unsafe (try large(functions.getIntMin, feature, camera), try large(functions.getIntMax, feature, camera))
    }

    func float(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Double {
        unsafe try real(functions.getFloat, feature, camera)
    }

    func setFloat(_ feature: AndorFeature, _ camera: AndorHandle, to value: Double) throws(AndorStatus) {
        try check(unsafe functions.setFloat(camera.number, feature.wide, value))
    }

    func floatLimits(
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> (lowest: Double, highest: Double) {
        unsafe (try real(functions.getFloatMin, feature, camera), try real(functions.getFloatMax, feature, camera))
    }

    func bool(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool {
        unsafe try small(functions.getBool, feature, camera) != 0
    }

    func setBool(_ feature: AndorFeature, _ camera: AndorHandle, to value: Bool) throws(AndorStatus) {
        try check(unsafe functions.setBool(camera.number, feature.wide, value ? 1 : 0))
    }

    func choice(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int {
        Int(unsafe try small(functions.getEnumIndex, feature, camera))
    }

    func setChoice(_ feature: AndorFeature, _ camera: AndorHandle, to index: Int) throws(AndorStatus) {
        try check(unsafe functions.setEnumIndex(camera.number, feature.wide, Int32(truncatingIfNeeded: index)))
    }

    func choiceCount(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int {
        Int(unsafe try small(functions.getEnumCount, feature, camera))
    }

    func hasChoice(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> Bool {
        var (isImplemented, isAvailable): (Int32, Int32) = (0, 0)
        let number = Int32(truncatingIfNeeded: index)
        try check(unsafe functions.isEnumIndexImplemented(camera.number, feature.wide, number, &isImplemented))
        try check(unsafe functions.isEnumIndexAvailable(camera.number, feature.wide, number, &isAvailable))
        return isImplemented != 0 && isAvailable != 0
    }

    func choiceLabel(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> String {
        unsafe try text(128) { text, count in
            unsafe functions.getEnumStringByIndex(
                camera.number,
                feature.wide,
                Int32(truncatingIfNeeded: index),
                text,
                count
            )
        }
    }

    func string(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> String {
        // Some features report a length of zero; all names seen fit into this.
        unsafe try text(max(128, (try? stringLimit(feature, camera)) ?? 0)) { text, count in
            unsafe functions.getString(camera.number, feature.wide, text, count)
        }
    }

    func setString(_ feature: AndorFeature, _ camera: AndorHandle, to value: String) throws(AndorStatus) {
        try check(unsafe functions.setString(camera.number, feature.wide, AndorFeature(value).wide))
    }

    func stringLimit(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int {
        Int(unsafe try small(functions.getStringMaxLength, feature, camera))
    }

    private func small(
        _ get: AndorFunctions.GetInt32,
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> Int32 {
        var value: Int32 = 0
        try check(unsafe get(camera.number, feature.wide, &value))
        return value
    }

    private func large(
        _ get: AndorFunctions.GetInt64,
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> Int {
        var value: Int64 = 0
        try check(unsafe get(camera.number, feature.wide, &value))
        return Int(value)
    }

    private func real(
        _ get: AndorFunctions.GetDouble,
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> Double {
        var value = 0.0
        try check(unsafe get(camera.number, feature.wide, &value))
        return value
    }

    private func text(
        _ length: Int,
        _ get: (UnsafeMutablePointer<wchar_t>, Int32) -> Int32
    ) throws(AndorStatus) -> String {
        var wide = [wchar_t](repeating: 0, count: min(length, 4096) + 1)
        let count = Int32(wide.count)
        let status = unsafe wide.withUnsafeMutableBufferPointer { buffer in
            // The array has at least one element.
            unsafe get(buffer.baseAddress!, count)
        }
        try check(status)
        let scalars = wide.prefix { $0 != 0 }.map { Unicode.Scalar(UInt32(bitPattern: Int32($0))) ?? "?" }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// The functions of the library, with their types on Linux.
// Why unchecked: these are addresses of code, which do not change.
@safe struct AndorFunctions: @unchecked Sendable {
    typealias Name = UnsafePointer<wchar_t>?
    typealias Plain = @convention(c) () -> Int32
    typealias OfHandle = @convention(c) (Int32) -> Int32
    typealias OfName = @convention(c) (Int32, Name) -> Int32
    typealias Open = @convention(c) (Int32, UnsafeMutablePointer<Int32>?) -> Int32
    typealias GetInt32 = @convention(c) (Int32, Name, UnsafeMutablePointer<Int32>?) -> Int32
    typealias SetInt32 = @convention(c) (Int32, Name, Int32) -> Int32
    typealias GetInt64 = @convention(c) (Int32, Name, UnsafeMutablePointer<Int64>?) -> Int32
    typealias SetInt64 = @convention(c) (Int32, Name, Int64) -> Int32
    typealias GetDouble = @convention(c) (Int32, Name, UnsafeMutablePointer<Double>?) -> Int32
    typealias SetDouble = @convention(c) (Int32, Name, Double) -> Int32
    typealias GetText = @convention(c) (Int32, Name, UnsafeMutablePointer<wchar_t>?, Int32) -> Int32
    typealias SetText = @convention(c) (Int32, Name, Name) -> Int32
    typealias AskChoice = @convention(c) (Int32, Name, Int32, UnsafeMutablePointer<Int32>?) -> Int32
    typealias GetLabel = @convention(c) (Int32, Name, Int32, UnsafeMutablePointer<wchar_t>?, Int32) -> Int32
    typealias Queue = @convention(c) (Int32, UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    typealias Wait =
        @convention(c) (
            Int32, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int32>?, UInt32
        ) -> Int32

    let initialise, finalise: Plain
    let open: Open
    let close, flush: OfHandle
    let isImplemented, isWritable, isReadOnly: GetInt32
    let setInt: SetInt64
    let getInt, getIntMin, getIntMax: GetInt64
    let setFloat: SetDouble
    let getFloat, getFloatMin, getFloatMax: GetDouble
    let setBool: SetInt32
    let getBool: GetInt32
    let setString: SetText
    let getString: GetText
    let getStringMaxLength: GetInt32
    let setEnumIndex: SetInt32
    let getEnumIndex, getEnumCount: GetInt32
    let isEnumIndexAvailable, isEnumIndexImplemented: AskChoice
    let getEnumStringByIndex: GetLabel
    let command: OfName
    let queueBuffer: Queue
    let waitBuffer: Wait

    /// Looks up all functions, or throws the names of those that are missing.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe initialise = symbols.function("AT_InitialiseLibrary")
        unsafe finalise = symbols.function("AT_FinaliseLibrary")
        unsafe open = symbols.function("AT_Open")
        unsafe close = symbols.function("AT_Close")
        unsafe flush = symbols.function("AT_Flush")
        unsafe isImplemented = symbols.function("AT_IsImplemented")
        unsafe isWritable = symbols.function("AT_IsWritable")
        unsafe isReadOnly = symbols.function("AT_IsReadOnly")
        unsafe setInt = symbols.function("AT_SetInt")
        unsafe getInt = symbols.function("AT_GetInt")
        unsafe getIntMin = symbols.function("AT_GetIntMin")
        unsafe getIntMax = symbols.function("AT_GetIntMax")
        unsafe setFloat = symbols.function("AT_SetFloat")
        unsafe getFloat = symbols.function("AT_GetFloat")
        unsafe getFloatMin = symbols.function("AT_GetFloatMin")
        unsafe getFloatMax = symbols.function("AT_GetFloatMax")
        unsafe setBool = symbols.function("AT_SetBool")
        unsafe getBool = symbols.function("AT_GetBool")
        unsafe setString = symbols.function("AT_SetString")
        unsafe getString = symbols.function("AT_GetString")
        unsafe getStringMaxLength = symbols.function("AT_GetStringMaxLength")
        // The second names are the only ones in libraries before 3.9.
        unsafe setEnumIndex = symbols.function("AT_SetEnumIndex", "AT_SetEnumerated")
        unsafe getEnumIndex = symbols.function("AT_GetEnumIndex", "AT_GetEnumerated")
        unsafe getEnumCount = symbols.function("AT_GetEnumCount", "AT_GetEnumeratedCount")
        unsafe isEnumIndexAvailable = symbols.function("AT_IsEnumIndexAvailable", "AT_IsEnumeratedIndexAvailable")
        unsafe isEnumIndexImplemented = symbols.function(
            "AT_IsEnumIndexImplemented",
            "AT_IsEnumeratedIndexImplemented"
        )
        unsafe getEnumStringByIndex = symbols.function("AT_GetEnumStringByIndex", "AT_GetEnumeratedString")
        unsafe command = symbols.function("AT_Command")
        unsafe queueBuffer = symbols.function("AT_QueueBuffer")
        unsafe waitBuffer = symbols.function("AT_WaitBuffer")
        try symbols.check()
    }
}
