internal import Devices
internal import Platform
internal import SDKCameras

/// XIMEA's `libm3api`, installed or simulated: the only place that handles pointers.
///
/// Cameras are handles of the SDK: addresses that are only passed back to it.
final class XiLibrary: Sendable {
    let path: String
    private let functions: XiFunctions
    private let isSimulated: Bool

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(
        _ name: String,
        isSimulated: Bool = false,
        hiding isHidden: @escaping (String) -> Bool = { _ in false }
    ) throws(DeviceError) {
        // It loads producers for some families, which may look up its functions.
        var library = try VendorLibrary(
            name,
            name: Self.search.name,
            anchor: "xiGetNumberDevices",
            symbols: .global,
            hiding: isHidden
        )
        path = library.path
        functions = try XiFunctions(&library)
        self.isSimulated = isSimulated
    }

    static let search = LibrarySearch(
        "XIMEA's xiAPI",
        name: "libm3api",
        places: [
            "libm3api.so.2", "/usr/lib/libm3api.so.2", "/usr/lib64/libm3api.so.2", "/opt/XIMEA/lib/libm3api.so.2",
            "libm3api.so",
        ],
        variable: "XIMEA_LIBRARY",
        simulatedVariable: "XIMEA_SIMULATED_LIBRARY"
    )

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?) throws(DeviceError) -> XiLibrary {
        try search.installed(configured) { name throws(DeviceError) in
            let library = try XiLibrary(name)
            return (library, library.path)
        }
    }

    static func simulated() throws(DeviceError) -> XiLibrary { try XiLibrary(search.simulated(), isSimulated: true) }

    // Cameras

    /// A camera that the bus shows, before it is opened.
    struct Listed: Sendable, Equatable {
        let serial, model: String
        /// Its bus, in the library's words: `U3V`.
        let link: String
    }

    /// Looks for cameras.
    ///
    /// Only one process of a computer may do this at a time; see ``XiCamera/turn``.
    func cameras() throws(XiStatus) -> [Listed] {
        var count: UInt32 = 0
        try check(unsafe functions.count(&count))
        // More than any bus has.
        return (0..<min(count, 256)).compactMap { index in
            guard let serial = info(index, "device_sn") else { return nil }
            return Listed(
                serial: serial,
                model: info(index, "device_name") ?? "of unknown model",
                link: info(index, "device_type") ?? ""
            )
        }
    }

    private func info(_ index: UInt32, _ name: String) -> String? {
        unsafe try? text(1024) { buffer, length in unsafe functions.info(index, name, buffer, length) }
    }

    /// Adds a camera to the simulation; does nothing with a real library, or in a world that a file describes.
    func plugInSimulatedCamera(_ serial: String) {
        if isSimulated { _ = unsafe functions.plugIn?(serial) }
    }

    func open(_ serial: String) throws(XiStatus) -> UInt {
        let bySerialNumber: Int32 = 1
        var handle: UInt = 0
        try check(unsafe functions.openBy(bySerialNumber, serial, &handle))
        return handle
    }

    func close(_ camera: UInt) { _ = functions.close(camera) }
    func start(_ camera: UInt) throws(XiStatus) { try check(functions.start(camera)) }
    func stop(_ camera: UInt) throws(XiStatus) { try check(functions.stop(camera)) }

    /// Waits for the next image, which is copied to a buffer.
    func image(_ camera: UInt, to buffer: FrameBuffer, milliseconds: UInt32) throws(XiStatus) -> XiImage {
        var record = XiImage.record(for: buffer)
        try check(unsafe record.lend { unsafe functions.getImage(camera, milliseconds, $0) })
        return XiImage(record)
    }

    // Parameters

    func int(_ name: String, _ camera: UInt) throws(XiStatus) -> Int {
        var value: Int32 = 0
        try check(unsafe functions.getInt(camera, name, &value))
        return Int(value)
    }

    func set(_ name: String, _ camera: UInt, to value: Int) throws(XiStatus) {
        guard let value = Int32(exactly: value) else { throw .wrongValue }
        try check(unsafe functions.setInt(camera, name, value))
    }

    func float(_ name: String, _ camera: UInt) throws(XiStatus) -> Double {
        var value: Float = 0
        try check(unsafe functions.getFloat(camera, name, &value))
        return Double(value)
    }

    func set(_ name: String, _ camera: UInt, to value: Double) throws(XiStatus) {
        try check(unsafe functions.setFloat(camera, name, Float(value)))
    }

    /// - Parameter length: the bytes that the text may have at the most.
    func text(_ name: String, _ camera: UInt, length: Int = 1024) throws(XiStatus) -> String {
        unsafe try text(length) { buffer, length in unsafe functions.getText(camera, name, buffer, length) }
    }

    func set(_ name: String, _ camera: UInt, to value: String) throws(XiStatus) {
        var bytes = value.utf8.map { CChar(bitPattern: $0) } + [0]
        let count = UInt32(bytes.count)
        try check(
            unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe functions.setText(camera, name, $0.baseAddress, count)
            }
        )
    }

    private func check(_ code: Int32) throws(XiStatus) {
        guard code == 0 else { throw XiStatus(code) }
    }

    @unsafe private func text(
        _ length: Int,
        _ call: (UnsafeMutablePointer<CChar>?, UInt32) -> Int32
    ) throws(XiStatus) -> String {
        var bytes = [CChar](repeating: 0, count: length + 1)
        let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // The last byte stays zero.
            unsafe call(buffer.baseAddress, UInt32(buffer.count - 1))
        }
        try check(code)
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// An image as the SDK describes it.
///
/// The places of the fields are those of the vendor's own Python package, version 4.27.13, on 64 bits.
struct XiImage: Sendable, Equatable {
    /// The format of the pixels, as the values of `imgdataformat`.
    let format: Int
    let width, height: Int
    /// The bytes behind each row.
    let padding: Int
    /// The camera's clock in seconds.
    let time: Double
    /// The number of the image since the start of the acquisition.
    let number: UInt32

    private enum Place {
        static let memory = 8, memoryBytes = 16, format = 20, width = 24, height = 28, seconds = 36, microseconds = 40
        static let padding = 52, acquisitionNumber = 200
        static let size = 288
    }

    static func record(for buffer: FrameBuffer) -> Record {
        var record = Record(byteCount: Place.size)
        record[address: Place.memory] = buffer.address
        record[int: Place.memoryBytes] = Int32(clamping: buffer.byteCount)
        return record
    }

    init(_ record: Record) {
        format = Int(record[int: Place.format])
        (width, height) = (Int(record[int: Place.width]), Int(record[int: Place.height]))
        padding = Int(record[int: Place.padding])
        time =
            Double(UInt32(bitPattern: record[int: Place.seconds]))
            + Double(UInt32(bitPattern: record[int: Place.microseconds])) / 1e6
        number = UInt32(bitPattern: record[int: Place.acquisitionNumber])
    }
}
