internal import Devices
internal import Glibc
internal import Platform

/// The environment variables that the library needs, found where its installer writes them.
///
/// Without `PVCAM_UMD_PATH` the library sees no camera on USB, and without `PVCAM_VERSION` it has no version. The
/// installer sets both for login shells; services have neither.
enum PVCAMEnvironment {
    static let driverFolder = "PVCAM_UMD_PATH"
    static let version = "PVCAM_VERSION"

    /// Where the installer puts the driver for USB.
    static let usualDriverFolder = "/opt/pvcam/drivers/user-mode"
    /// Where the installer sets the variables for login shells.
    static let profiles = [
        "/etc/profile.d/pvcam.sh", "/etc/profile.d/pvcam-sdk.sh", "/opt/pvcam/etc/profile.d/pvcam.sh",
    ]

    /// Sets the variables that are missing, before the library is loaded.
    ///
    /// - Parameters:
    ///   - driverFolder, version: the values of the configuration, which come first.
    ///   - profiles: the texts of the scripts for login shells.
    static func complete(
        driverFolder configuredFolder: String?,
        version configuredVersion: String?,
        profiles texts: [String]? = nil
    ) {
        let texts = texts ?? profiles.compactMap(text)
        set(driverFolder, configuredFolder, texts, usual: exists(usualDriverFolder) ? usualDriverFolder : nil)
        set(version, configuredVersion, texts, usual: nil)
    }

    /// Sets the variables for the simulated library, which needs a folder of any kind.
    static func completeSimulation(of library: String) {
        let folder = library.lastIndex(of: "/").map { String(library[..<$0]) } ?? "/"
        set(driverFolder, nil, [], usual: folder)
        set(version, nil, [], usual: "3.10.2.5")
    }

    // Variables are set one at a time, by this driver alone.
    private static let turn = Lock(())

    private static func set(_ name: String, _ configured: String?, _ profiles: [String], usual: String?) {
        turn.withLock { _ in
            guard configured != nil || Environment[name] == nil else { return }
            guard let value = configured ?? profiles.lazy.compactMap({ assigned(name, in: $0) }).first ?? usual else {
                return
            }
            _ = unsafe setenv(name, value, 1)
        }
    }

    /// The value that a shell script assigns to a variable, as far as that is plain text.
    static func assigned(_ name: String, in script: String) -> String? {
        for line in script.split(whereSeparator: \.isNewline) {
            var words = line.split(separator: " ", omittingEmptySubsequences: true)[...]
            if words.first == "export" { words = words.dropFirst() }
            guard let word = words.first, word.hasPrefix("\(name)=") else { continue }
            let value = word.dropFirst(name.count + 1).filter { $0 != "\"" && $0 != "'" }
            if !value.isEmpty, !value.contains("$") { return value }
        }
        return nil
    }

    /// What is missing for the library to see cameras on USB, and to know its version.
    static func faults() -> [InstallationFault] {
        faults({ Environment[$0] }, profiles: profiles.compactMap(text), files: files)
    }

    /// - Parameters:
    ///   - value: the value of a variable; nil if it is not set.
    ///   - profiles: the texts of the scripts for login shells.
    ///   - files: the names in a folder; nil without such a folder.
    static func faults(
        _ value: (String) -> String?,
        profiles: [String],
        files: (String) -> [String]?
    ) -> [InstallationFault] {
        func found(_ name: String) -> String? {
            value(name) ?? profiles.lazy.compactMap { assigned(name, in: $0) }.first
        }
        var faults: [InstallationFault] = []
        let folder = found(driverFolder) ?? (files(usualDriverFolder) == nil ? nil : usualDriverFolder)
        if let folder, let names = files(folder) {
            if !names.contains(where: { $0.hasPrefix("pvcam_") && $0.hasSuffix(".umd") }) {
                faults.append(
                    InstallationFault(
                        "\(folder) has no driver for USB (pvcam_….umd), so PVCAM sees no camera on USB",
                        remedy: "# install PVCAM again, or set \(driverFolder) to the folder of its driver"
                    )
                )
            }
        } else {
            let state = folder.map { "names \($0), which does not exist" } ?? "is not set"
            faults.append(
                InstallationFault(
                    "\(driverFolder) \(state), and PVCAM sees no camera on USB without its driver",
                    remedy: "# install PVCAM, or for a service:\nsudo systemctl edit device-server\n"
                        + "# [Service]\n# Environment=\(driverFolder)=\(usualDriverFolder)"
                )
            )
        }
        if found(version) == nil {
            faults.append(
                InstallationFault(
                    isProblem: false,
                    "\(version) is not set: the library does not know its version, and some versions do not start",
                    remedy: "# set it as PVCAM's installer does, such as 3.10.2.5, or `version` in `conf`"
                )
            )
        }
        return faults
    }

    /// The names in a folder; nil without such a folder.
    private static func files(_ folder: String) -> [String]? {
        guard let entries = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(entries) }
        var names: [String] = []
        while let entry = unsafe readdir(entries), names.count < 4096 {
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                    unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
            )
        }
        return names
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// The text of a file of a few kilobytes; nil if it cannot be read.
    private static func text(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
