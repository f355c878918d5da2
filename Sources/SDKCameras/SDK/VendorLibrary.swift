internal import Devices
internal import Glibc
internal import Platform

// The search for `libatcore`.
extension AndorLibrary {
    /// The names and paths of a vendor's installation, in the order in which they are tried.
    ///
    /// Names come first, so that `LD_LIBRARY_PATH` and `ldconfig` decide between several versions.
    static let installedNames = [
        "libatcore.so.3", "libatcore.so", "/usr/local/lib/libatcore.so.3", "/usr/local/lib64/libatcore.so.3",
        "/opt/andor/lib/libatcore.so.3",
    ]

    /// Loads the library that a configuration names, otherwise the installed one; never the simulation.
    static func installed(_ configured: String?, simulated: [String] = simulatedPaths) throws(DeviceError)
        -> AndorLibrary
    {
        if let name = configured ?? environment("ANDOR_SDK3_LIBRARY") { return try AndorLibrary(name) }
        var reasons: [String] = []
        for name in installedNames {
            do {
                let library = try AndorLibrary(name)
                // The loader also searches the program's folder, where a build leaves the simulation.
                guard !simulated.contains(where: { isSame($0, library.path) }) else {
                    reasons.append("\(library.path) is the simulation")
                    continue
                }
                return library
            } catch { reasons.append(error.message) }
        }
        throw DeviceError(.library, "Andor's SDK 3 is not installed: \(reasons.joined(separator: "; "))")
    }

    /// Loads the simulated library.
    static func simulated(_ paths: [String] = simulatedPaths) throws(DeviceError) -> AndorLibrary {
        guard let path = paths.first(where: { unsafe access($0, R_OK) == 0 }) else {
            throw DeviceError(.library, "the simulated libatcore is not at \(paths.joined(separator: " or at "))")
        }
        return try AndorLibrary(path)
    }

    /// The paths of the simulated library: from the environment, otherwise beside the program.
    static var simulatedPaths: [String] {
        if let path = environment("ANDOR_SDK3_SIMULATED_LIBRARY") { return [path] }
        let folder = programFolder
        return [
            "\(folder)/libatcore-simulated/libatcore.so",
            // In an installation it is among the libraries: /usr/bin, /usr/lib.
            "\(folder)/../lib/device-server/libatcore-simulated/libatcore.so",
            "\(folder)/libatcore.so",
        ]
    }

    private static var programFolder: String {
        let program = realPath("/proc/self/exe") ?? ""
        return String(program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex))
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard let one = realPath(one), let other = realPath(other) else { return false }
        return one == other
    }

    private static func realPath(_ path: String) -> String? { FileSystem.realPath(path) }

    private static func environment(_ name: String) -> String? { Environment[name] }
}

/// The symbols of an open library, with a list of those that are missing.
@safe struct AndorSymbols {
    private let library: UnsafeMutableRawPointer
    private let path: String
    private let isHidden: (String) -> Bool
    private var missing: [String] = []

    /// Opens a library, which stays open because its plug-ins run threads of their own.
    ///
    /// - Parameters:
    ///   - name: a path, or a name that the system's loader looks for.
    ///   - isHidden: names of functions to hide, for testing what older libraries lack.
    init(_ name: String, hiding isHidden: @escaping (String) -> Bool = { _ in false }) throws(DeviceError) {
        // Plug-ins look up the library's functions among the global symbols.
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_GLOBAL) else {
            let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
            throw DeviceError(.library, "\(name) could not be loaded: \(reason)")
        }
        unsafe self.library = library
        self.isHidden = isHidden
        path = unsafe Self.path(of: library) ?? name
    }

    /// The first function found under the names; otherwise a placeholder, and ``check()`` throws.
    @unsafe mutating func function<Function>(_ names: String...) -> Function {
        for name in names where !isHidden(name) {
            if let address = unsafe dlsym(library, name) { return unsafe unsafeBitCast(address, to: Function.self) }
        }
        missing.append(names[0])
        return unsafe unsafeBitCast(library, to: Function.self)
    }

    /// Throws if a function is missing, so that no placeholder is ever called.
    func check() throws(DeviceError) {
        guard !missing.isEmpty else { return }
        throw DeviceError(.library, "\(path) is not libatcore: missing functions \(missing.joined(separator: ", "))")
    }

    /// The path of the file that was loaded; the loader may search several folders.
    var file: String { path }

    private typealias AddressInfo =
        @convention(c) (
            UnsafeRawPointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?
        ) -> Int32

    private static func path(of library: UnsafeMutableRawPointer) -> String? {
        guard let address = unsafe dlsym(library, "AT_InitialiseLibrary") else { return nil }
        // The C library has this function, but Swift does not import it.
        guard let found = unsafe dlsym(nil, "dladdr") else { return nil }
        let dladdr = unsafe unsafeBitCast(found, to: AddressInfo.self)
        // Four pointers; the first one is the file's name.
        var info = unsafe [UnsafePointer<CChar>?](repeating: nil, count: 4)
        guard unsafe dladdr(address, &info) != 0, let name = unsafe info[0] else { return nil }
        return unsafe String(cString: name)
    }
}
