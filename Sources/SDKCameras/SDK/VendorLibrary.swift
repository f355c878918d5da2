public import Devices
internal import Glibc

/// A vendor's library that has been loaded, with a list of the functions that it lacks.
@safe public struct VendorLibrary {
    /// Where the functions of the library's own plug-ins are looked up.
    public enum Symbols: Sendable {
        /// Plug-ins look up the library's functions among the symbols of the whole process.
        case global
        /// The library has no plug-ins, or they name it.
        case local
    }

    private let library: UnsafeMutableRawPointer
    /// The path of the file that was loaded; the loader may search several folders.
    public let path: String
    private let name: String
    private let isHidden: (String) -> Bool
    private var missing: [String] = []

    /// Opens a library, which stays open because its plug-ins run threads of their own.
    ///
    /// - Parameters:
    ///   - file: a path, or a name that the system's loader looks for.
    ///   - name: the library's name in errors: `libatcore`.
    ///   - anchor: a function of the library, by which its file is found.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    public init(
        _ file: String,
        name: String,
        anchor: String,
        symbols: Symbols = .global,
        hiding isHidden: @escaping (String) -> Bool = { _ in false }
    ) throws(DeviceError) {
        guard let library = unsafe dlopen(file, RTLD_NOW | (symbols == .global ? RTLD_GLOBAL : RTLD_LOCAL)) else {
            let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
            throw DeviceError(.library, "\(file) could not be loaded: \(reason)")
        }
        unsafe self.library = library
        (self.name, self.isHidden) = (name, isHidden)
        path = unsafe Self.path(of: library, anchor) ?? file
    }

    /// The first function found under the names; otherwise a placeholder, and ``check()`` throws.
    @unsafe public mutating func function<Function>(_ names: String...) -> Function {
        for name in names where !isHidden(name) {
            if let address = unsafe dlsym(library, name) { return unsafe unsafeBitCast(address, to: Function.self) }
        }
        missing.append(names[0])
        return unsafe unsafeBitCast(library, to: Function.self)
    }

    /// The function of a name, if the library has it.
    @unsafe public func optionalFunction<Function>(_ name: String) -> Function? {
        guard !isHidden(name) else { return nil }
        return unsafe dlsym(library, name).map { unsafe unsafeBitCast($0, to: Function.self) }
    }

    /// Throws if a function is missing, so that no placeholder is ever called.
    public func check() throws(DeviceError) {
        guard !missing.isEmpty else { return }
        throw DeviceError(.library, "\(path) is not \(name): missing functions \(missing.joined(separator: ", "))")
    }

    private typealias AddressInfo =
        @convention(c) (
            UnsafeRawPointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?
        ) -> Int32

    private static func path(of library: UnsafeMutableRawPointer, _ anchor: String) -> String? {
        guard let address = unsafe dlsym(library, anchor) else { return nil }
        // The C library has this function, but Swift does not import it.
        guard let found = unsafe dlsym(nil, "dladdr") else { return nil }
        let dladdr = unsafe unsafeBitCast(found, to: AddressInfo.self)
        // Four pointers; the first one is the file's name.
        var info = unsafe [UnsafePointer<CChar>?](repeating: nil, count: 4)
        guard unsafe dladdr(address, &info) != 0, let name = unsafe info[0] else { return nil }
        return unsafe String(cString: name)
    }
}
