public import Devices
internal import Glibc
internal import Platform

/// The places in which a vendor's library is looked for, and its simulation.
public struct LibrarySearch: Sendable {
    /// The SDK in errors: `Andor's SDK 3`.
    public let title: String
    /// The library's name: `libatcore`.
    public let name: String
    /// The names and paths of a vendor's installation, in the order in which they are tried.
    ///
    /// Names come first, so that `LD_LIBRARY_PATH` and `ldconfig` decide between several versions.
    public let places: [String]
    /// The environment variables that name the installed library and the simulated one.
    public let variable, simulatedVariable: String

    public init(_ title: String, name: String, places: [String], variable: String, simulatedVariable: String) {
        (self.title, self.name, self.places) = (title, name, places)
        (self.variable, self.simulatedVariable) = (variable, simulatedVariable)
    }

    /// Loads the library that a configuration or the environment names, otherwise the installed one; never the
    /// simulation.
    ///
    /// - Parameters:
    ///   - simulated: the paths of the simulation.
    ///   - load: loads a library and reports the file that was found.
    public func installed<Library>(
        _ configured: String?,
        simulated: [String]? = nil,
        load: (String) throws(DeviceError) -> (library: Library, path: String)
    ) throws(DeviceError) -> Library {
        if let name = configured ?? Environment[variable] { return try load(name).library }
        var reasons: [String] = []
        for place in places {
            do throws(DeviceError) {
                let found = try load(place)
                // The loader also searches the program's folder, where a build leaves the simulation.
                guard !(simulated ?? simulatedPaths).contains(where: { Self.isSame($0, found.path) }) else {
                    reasons.append("\(found.path) is the simulation")
                    continue
                }
                return found.library
            } catch { reasons.append(error.message) }
        }
        throw DeviceError(.library, "\(title) is not installed: \(reasons.joined(separator: "; "))")
    }

    /// The path of the simulated library, the first one of several that exists.
    public func simulated(_ paths: [String]? = nil) throws(DeviceError) -> String {
        let paths = paths ?? simulatedPaths
        guard let path = paths.first(where: { unsafe access($0, R_OK) == 0 }) else {
            throw DeviceError(.library, "the simulated \(name) is not at \(paths.joined(separator: " or at "))")
        }
        return path
    }

    /// The paths of the simulated library: from the environment, otherwise beside the program.
    public var simulatedPaths: [String] {
        if let path = Environment[simulatedVariable] { return [path] }
        let folder = Self.programFolder
        return [
            "\(folder)/\(name)-simulated/\(name).so",
            // In an installation it is among the libraries: /usr/bin, /usr/lib.
            "\(folder)/../lib/device-server/\(name)-simulated/\(name).so",
            "\(folder)/\(name).so",
        ]
    }

    private static var programFolder: String {
        let program = FileSystem.realPath("/proc/self/exe") ?? ""
        return String(program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex))
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard let one = FileSystem.realPath(one), let other = FileSystem.realPath(other) else { return false }
        return one == other
    }
}
