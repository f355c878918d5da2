internal import Devices
internal import Glibc
internal import Platform

/// The files of an installation of SDK 2, and what can be wrong with them.
enum Andor2Installation {
    /// The folder of the cameras' firmware, which the library wants to know: the installer notes where it put it.
    static var folder: String {
        if let noted = text(of: "/etc/andor/andor.install"), let base = noted.split(separator: "\n").first {
            return "\(base)/etc/andor"
        }
        return "/usr/local/etc/andor"
    }

    /// The semaphore that the library takes while it opens a camera; its name is spelled so.
    static let semaphore = "/dev/shm/sem.atmcd32dInitSempahore"

    static func faults() -> [InstallationFault] {
        faults(folder: folder, semaphore: semaphore, exists: exists, libUSB: isLibUSBThere)
    }

    static func faults(
        folder: String,
        semaphore: String,
        exists: (String) -> Bool,
        libUSB: () -> Bool
    ) -> [InstallationFault] {
        var faults: [InstallationFault] = []
        if !exists(folder) {
            faults.append(
                InstallationFault(
                    "\(folder), the folder of the cameras' firmware, does not exist: opening fails with "
                        + "DRV_LOAD_FIRMWARE_ERROR (20096)",
                    remedy: "# run install_andor of Andor's package again, or name the folder by `directory` in `conf`"
                )
            )
        }
        if !libUSB() {
            faults.append(
                InstallationFault(
                    isProblem: false,
                    "libusb.so cannot be loaded: versions of the library such as 2.84 look for USB cameras by it",
                    remedy: "sudo apt-get install libusb-dev"
                )
            )
        }
        if isTaken(semaphore) {
            faults.append(
                InstallationFault(
                    isProblem: false,
                    "\(semaphore) is taken: a program is opening an Andor camera now, or was killed while it did",
                    remedy: "# nothing: the next opening takes 30 s longer and puts it right. Do not remove the file "
                        + "while a program uses a camera"
                )
            )
        }
        return faults
    }

    /// Whether the count of a semaphore is zero; false without one, or if it cannot be read.
    static func isTaken(_ path: String) -> Bool {
        guard let bytes = bytes(of: path, count: 4), bytes.count == 4 else { return false }
        // glibc keeps the count in the first four bytes.
        return bytes.allSatisfy { $0 == 0 }
    }

    private static func isLibUSBThere() -> Bool {
        guard let library = unsafe dlopen("libusb.so", RTLD_LAZY | RTLD_LOCAL) else { return false }
        unsafe dlclose(library)
        return true
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private static func text(of path: String) -> String? {
        bytes(of: path, count: 4096).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func bytes(of path: String, count: Int) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let length = unsafe read(file, &bytes, count)
        return length > 0 ? Array(bytes.prefix(length)) : nil
    }
}
