internal import Devices
internal import Platform
internal import SDKCameras

/// Aravis, `libaravis-0.8.so.0`: the only place that handles pointers.
///
/// Cameras, streams, buffers and nodes are addresses that are only passed back to the library.
final class AravisLibrary: Sendable {
    let path: String
    /// Major, minor and micro version.
    let version: [UInt32]
    let functions: AravisFunctions

    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        var library = try VendorLibrary(
            name,
            name: "libaravis-0.8",
            anchor: "arv_get_major_version",
            symbols: .local,
            hiding: isHidden
        )
        path = library.path
        functions = try AravisFunctions(&library)
        version = [functions.major(), functions.minor(), functions.micro()]
        guard version[0] == 0, version[1] == 8, version[2] >= 20 else {
            throw DeviceError(
                .library,
                "\(path) is Aravis \(Self.text(version)), and this driver needs 0.8.20 or a later 0.8"
            )
        }
    }

    static func text(_ version: [UInt32]) -> String { version.map { "\($0)" }.joined(separator: ".") }
    var versionText: String { Self.text(version) }

    /// Loads the library that a configuration or the environment names, otherwise the installed one.
    static func installed(_ configured: String?) throws(DeviceError) -> AravisLibrary {
        let name = configured ?? Environment["ARAVIS_LIBRARY"] ?? "libaravis-0.8.so.0"
        let known = loaded.withLock { $0[name] }
        if let known { return known }
        do throws(DeviceError) {
            let library = try AravisLibrary(name)
            // One for a process: GLib keeps the library's types for good.
            return loaded.withLock { libraries in
                libraries[name] = libraries[name] ?? library
                return libraries[name] ?? library
            }
        } catch {
            throw DeviceError(
                .library,
                "Aravis is not installed (on Debian and Ubuntu the package libaravis-0.8-0): \(error.message)"
            )
        }
    }

    private static let loaded = Lock<[String: AravisLibrary]>([:])

    /// Makes a call that reports its failure through a `GError`.
    func trying<Result>(_ body: (AravisFunctions.Failure) -> Result) throws(AravisStatus) -> Result {
        var error: UInt = 0
        let result = unsafe body(&error)
        // A domain and a code of 32 bits each, and the address of a text.
        guard let content = unsafe UnsafeRawPointer(bitPattern: error) else { return result }
        let domain = unsafe copy(functions.quark(content.load(as: UInt32.self)))
        let code = Int(unsafe content.load(fromByteOffset: 4, as: Int32.self))
        let place = unsafe content.load(fromByteOffset: 8, as: UInt.self)
        let message = unsafe copy(UnsafePointer(bitPattern: place)) ?? "no reason given"
        functions.freeError(error)
        throw AravisStatus(domain: Self.domains[domain ?? ""] ?? .other, code: code, text: message)
    }

    private static let domains: [String: AravisStatus.Domain] = [
        "arv-device-error-quark": .device, "arv-gc-error-quark": .feature,
    ]

    /// A text that belongs to the library, copied at once.
    @unsafe func copy(_ text: AravisFunctions.Text?) -> String? { unsafe text.map { unsafe String(cString: $0) } }

    // Cameras

    /// A camera on USB that Aravis has found.
    struct Listed: Sendable, Equatable {
        let id, model, serial, transport: String
    }

    /// The cameras in the library's list, which is made anew; takes a second.
    func list() -> [Listed] {
        functions.updateList()
        return (0..<min(functions.deviceCount(), 1000)).map { index in
            Listed(
                id: unsafe copy(functions.listedID(index)) ?? "",
                model: unsafe copy(functions.listedModel(index)) ?? "",
                serial: unsafe copy(functions.listedSerial(index)) ?? "",
                transport: unsafe copy(functions.listedProtocol(index)) ?? ""
            )
        }
    }

    /// Opens a camera by its address or by an id of the list.
    func open(_ id: String) throws(AravisStatus) -> UInt {
        let device = try unsafe trying { unsafe functions.open(id, $0) }
        guard device != 0 else { throw AravisStatus(domain: .device, code: 6, text: "\(id) was not found") }
        // Values that change by themselves, and those behind selectors, would be wrong.
        functions.setCache(device, 0)
        ControlLosses.forget(device)
        let handler: @convention(c) (UInt, UInt) -> Void = { device, _ in ControlLosses.note(device) }
        _ = unsafe functions.connect(device, "control-lost", unsafeBitCast(handler, to: UInt.self), 0, 0, 0)
        return device
    }

    func isGigE(_ device: UInt) -> Bool { functions.isA(device, functions.gigE()) != 0 }

    func readRegister(_ address: UInt64, _ device: UInt) throws(AravisStatus) -> UInt32 {
        var value: UInt32 = 0
        _ = try unsafe trying { unsafe functions.readRegister(device, address, &value, $0) }
        return value
    }

    func writeRegister(_ address: UInt64, _ device: UInt, to value: UInt32) throws(AravisStatus) {
        _ = try unsafe trying { unsafe functions.writeRegister(device, address, value, $0) }
    }

    /// The node of a feature; nil if the camera's description has none of the name.
    func node(_ name: String, _ device: UInt) -> UInt? {
        let description = functions.description(device)
        guard description != 0 else { return nil }
        let node = unsafe functions.node(description, name)
        return node == 0 ? nil : node
    }
}

/// The cameras that this program no longer controls, as a thread of the library has reported.
enum ControlLosses {
    private static let devices = Lock<Set<UInt>>([])

    static func note(_ device: UInt) { devices.withLock { _ = $0.insert(device) } }
    static func forget(_ device: UInt) { devices.withLock { _ = $0.remove(device) } }
    static func contains(_ device: UInt) -> Bool { devices.withLock { $0.contains(device) } }
}
