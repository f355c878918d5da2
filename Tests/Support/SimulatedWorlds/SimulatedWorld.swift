internal import Devices
internal import Glibc

/// The simulated cameras of one test: a copy of a simulated library, its configuration file, and the folder for faults.
///
/// The loader treats a copy as another library, so tests run side by side, each with fresh cameras.
public final class SimulatedWorld: Sendable {
    public let folder: String
    public let library: String
    private var state: String { "\(folder)/state" }

    /// - Parameters:
    ///   - name: the file of the library, which is beside the tests: `libatcore.so`.
    ///   - cameras: lines of `camera MODEL SERIAL` and other lines of the file.
    public init(_ name: String, _ cameras: String, pace: Double = 0, order: String = "fixed") throws {
        folder = try Files.makeFolder()
        library = "\(folder)/\(name)"
        try Files.makeFolder("\(folder)/state")
        try Files.copy(try Self.built(name), to: library)
        try Files.write(
            "pace \(pace)\norder \(order)\nstate \(folder)/state\n\(cameras)\n",
            to: "\(folder)/cameras.conf"
        )
    }

    deinit { Files.remove(folder) }

    /// The library as built, beside the tests.
    public static func built(_ name: String) throws -> String {
        let programs = [Files.realPath("/proc/self/exe"), CommandLine.arguments.first]
        let folders = programs.compactMap { path in
            path.map { $0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex) }
        }
        let paths = folders.map { folder in "\(folder)/\(name)" }
        guard let path = paths.first(where: { path in unsafe access(path, R_OK) == 0 }) else {
            throw DeviceError(.library, "\(name) is not beside \(programs)")
        }
        return path
    }

    /// Orders a fault of a camera.
    public func order(_ fault: String, of serial: String, _ text: String = "") throws {
        try Files.write(text + "\n", to: "\(state)/\(serial).\(fault)")
    }

    /// Ends a fault.
    public func end(_ fault: String, of serial: String) { _ = unsafe unlink("\(state)/\(serial).\(fault)") }

    /// Whether a fault is still ordered.
    public func isOrdered(_ fault: String, of serial: String) -> Bool {
        unsafe access("\(state)/\(serial).\(fault)", F_OK) == 0
    }

    /// The file by which a process owns a camera.
    public func lockPath(_ serial: String) -> String { "\(state)/\(serial).lock" }
}
