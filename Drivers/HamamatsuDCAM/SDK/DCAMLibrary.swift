internal import Devices
internal import Platform
internal import SDKCameras

/// Hamamatsu's `libdcamapi`, installed or simulated: the only place that handles pointers.
///
/// Cameras and waits are handles of the SDK: addresses that are only passed back to it.
final class DCAMLibrary: Sendable {
    let path: String
    private let functions: DCAMFunctions

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        // The SDK's modules look up its functions among the global symbols; without them it finds no camera.
        var library = try VendorLibrary(
            name,
            name: Self.search.name,
            anchor: "dcamapi_init",
            symbols: .global,
            hiding: isHidden
        )
        path = library.path
        functions = try DCAMFunctions(&library)
    }

    static let search = LibrarySearch(
        "Hamamatsu's DCAM-API",
        name: "libdcamapi",
        places: [
            "libdcamapi.so.4", "libdcamapi.so", "/usr/local/lib/libdcamapi.so.4", "/usr/local/lib/libdcamapi.so",
            "/usr/local/hamamatsu_dcam/api/libdcamapi.so",
        ],
        variable: "DCAM_LIBRARY",
        simulatedVariable: "DCAM_SIMULATED_LIBRARY"
    )

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?) throws(DeviceError) -> DCAMLibrary {
        try search.installed(configured) { name throws(DeviceError) in
            let library = try DCAMLibrary(name)
            return (library, library.path)
        }
    }

    static func simulated() throws(DeviceError) -> DCAMLibrary { try DCAMLibrary(search.simulated()) }

    // The library and its cameras

    /// The number of cameras.
    func initialise() throws(DCAMStatus) -> Int {
        var record = Record(byteCount: 32)
        try check(unsafe record.lend { unsafe functions.initialise($0) })
        return Int(record[int: 4])
    }

    func uninitialise() { _ = functions.uninitialise() }

    /// Adds a camera to the simulation; does nothing with a real library, or in a world that a file describes.
    func plugInSimulatedCamera(_ serial: String) { _ = unsafe functions.plugIn?(serial) }

    func open(_ index: Int) throws(DCAMStatus) -> UInt {
        var record = Record(byteCount: 16)
        record[int: 4] = Int32(truncatingIfNeeded: index)
        try check(unsafe record.lend { unsafe functions.open($0) })
        return record[address: 8]
    }

    func close(_ camera: UInt) { _ = functions.close(camera) }

    /// A text about a camera, by its handle, or by its index before it is open.
    func string(_ text: DCAMText, _ camera: UInt) throws(DCAMStatus) -> String {
        var record = Record(byteCount: 24)
        record[int: 4] = text.rawValue
        return try self.text { address, length in
            record[address: 8] = address
            record[int: 16] = length
            return unsafe record.lend { unsafe functions.getString(camera, $0) }
        }
    }

    // Properties

    func attributes(_ id: DCAMID, _ camera: UInt) throws(DCAMStatus) -> DCAMAttributes {
        var record = Record(byteCount: 88)
        record[int: 4] = id.number
        try check(unsafe record.lend { unsafe functions.getAttributes(camera, $0) })
        return DCAMAttributes(record)
    }

    func value(_ id: DCAMID, _ camera: UInt) throws(DCAMStatus) -> Double {
        var value = 0.0
        try check(unsafe functions.getValue(camera, id.number, &value))
        return value
    }

    func set(_ id: DCAMID, _ camera: UInt, to value: Double) throws(DCAMStatus) {
        try check(functions.setValue(camera, id.number, value))
    }

    /// The id after another one; nil after the last one.
    func next(_ id: DCAMID, _ camera: UInt) throws(DCAMStatus) -> DCAMID? {
        var number = id.number
        let status = unsafe functions.nextID(camera, &number, 0)
        guard status >= 0 else {
            guard DCAMStatus(status).isAbsence else { throw DCAMStatus(status) }
            return nil
        }
        return number == 0 || number == id.number ? nil : DCAMID(number)
    }

    func name(_ id: DCAMID, _ camera: UInt) throws(DCAMStatus) -> String {
        try text { address, length in
            unsafe functions.getName(camera, id.number, UnsafeMutablePointer(bitPattern: address), length)
        }
    }

    /// The text of a choice; nil if the camera does not have it.
    func valueText(_ id: DCAMID, _ camera: UInt, _ value: Double) -> String? {
        var record = Record(byteCount: 32)
        record[int: 4] = id.number
        record[double: 8] = value
        return try? text { address, length in
            record[address: 16] = address
            record[int: 24] = length
            return unsafe record.lend { unsafe functions.getValueText(camera, $0) }
        }
    }

    /// The valid value after another one; nil after the last one.
    func nextValue(_ id: DCAMID, _ camera: UInt, after value: Double) -> Double? {
        var next = value
        let status = unsafe functions.queryValue(camera, id.number, &next, Self.nextOption)
        return status >= 0 && next > value ? next : nil
    }

    private static let nextOption: Int32 = 0x0100_0000

    // Capturing

    func allocate(_ count: Int, _ camera: UInt) throws(DCAMStatus) {
        try check(functions.allocate(camera, Int32(truncatingIfNeeded: count)))
    }

    func release(_ camera: UInt) throws(DCAMStatus) { try check(functions.release(camera, 0)) }
    /// Starts a sequence without an end.
    func start(_ camera: UInt) throws(DCAMStatus) { try check(functions.start(camera, -1)) }
    func stop(_ camera: UInt) throws(DCAMStatus) { try check(functions.stop(camera)) }
    func fireTrigger(_ camera: UInt) throws(DCAMStatus) { try check(functions.fireTrigger(camera, 0)) }

    /// The number of images since the start.
    func frameCount(_ camera: UInt) throws(DCAMStatus) -> Int {
        var record = Record(byteCount: 16)
        try check(unsafe record.lend { unsafe functions.transferInfo(camera, $0) })
        return Int(record[int: 12])
    }

    /// An image of the ring, valid until the ring comes round.
    func lock(_ index: Int, _ camera: UInt) throws(DCAMStatus) -> DCAMFrame {
        var record = Record(byteCount: 64)
        record[int: 12] = Int32(truncatingIfNeeded: index)
        try check(unsafe record.lend { unsafe functions.lockFrame(camera, $0) })
        return DCAMFrame(record)
    }

    // Waiting

    func openWait(_ camera: UInt) throws(DCAMStatus) -> UInt {
        var record = Record(byteCount: 24)
        record[address: 16] = camera
        try check(unsafe record.lend { unsafe functions.openWait($0) })
        return record[address: 8]
    }

    func closeWait(_ wait: UInt) { _ = functions.closeWait(wait) }

    /// Waits until an image is ready or the capture has stopped.
    func wait(_ wait: UInt, milliseconds: UInt32) throws(DCAMStatus) {
        var record = Record(byteCount: 16)
        let (frameReady, stopped): (Int32, Int32) = (2, 16)
        record[int: 8] = frameReady | stopped
        record[int: 12] = Int32(clamping: milliseconds)
        try check(unsafe record.lend { unsafe functions.wait(wait, $0) })
    }

    /// Negative codes are failures; success is any other number.
    private func check(_ status: Int32) throws(DCAMStatus) {
        guard status >= 0 else { throw DCAMStatus(status) }
    }

    private func text(_ call: (UInt, Int32) -> Int32) throws(DCAMStatus) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let status = unsafe bytes.withUnsafeMutableBytes { buffer in
            // The last byte stays zero.
            call(UInt(bitPattern: buffer.baseAddress), Int32(buffer.count - 1))
        }
        try check(status)
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
