internal import Devices
internal import Glibc

/// Looks up the functions of an open library, and notes those that it lacks.
@safe struct AndorSymbols {
    private let library: UnsafeMutableRawPointer
    private let path: String
    private let isHidden: (String) -> Bool
    private var missing: [String] = []

    /// Opens a library, which stays open: its plug-ins have threads of their own.
    ///
    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: of which functions nothing shall be seen, to try what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        // Plug-ins find the library's own functions among the global ones.
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_GLOBAL) else {
            let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
            throw DeviceError(.library, "\(name) could not be loaded: \(reason)")
        }
        unsafe self.library = library
        self.isHidden = isHidden
        path = unsafe Self.path(of: library) ?? name
    }

    /// The first of the functions that is there; anything else if none is, which ``check()`` tells.
    @unsafe mutating func function<Function>(_ names: String...) -> Function {
        for name in names where !isHidden(name) {
            if let address = unsafe dlsym(library, name) { return unsafe unsafeBitCast(address, to: Function.self) }
        }
        missing.append(names[0])
        return unsafe unsafeBitCast(library, to: Function.self)
    }

    /// Throws if a function was missing, so that none of those made up is ever called.
    func check() throws(DeviceError) {
        guard !missing.isEmpty else { return }
        throw DeviceError(.library, "\(path) is no libatcore: it lacks \(missing.joined(separator: ", "))")
    }

    /// The file that was loaded, which the loader may have found in several places.
    var file: String { path }

    private typealias AddressInfo =
        @convention(c) (
            UnsafeRawPointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?
        ) -> Int32

    private static func path(of library: UnsafeMutableRawPointer) -> String? {
        guard let address = unsafe dlsym(library, "AT_InitialiseLibrary") else { return nil }
        // The function that tells is there, but beyond Swift's reach.
        guard let found = unsafe dlsym(nil, "dladdr") else { return nil }
        let dladdr = unsafe unsafeBitCast(found, to: AddressInfo.self)
        // Four pointers, of which the first is to the file's name.
        var info = unsafe [UnsafePointer<CChar>?](repeating: nil, count: 4)
        guard unsafe dladdr(address, &info) != 0, let name = unsafe info[0] else { return nil }
        return unsafe String(cString: name)
    }
}
