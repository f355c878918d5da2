import Glibc
import Probing
import Transports

/// No folder could be made.
struct MadeUpMachineError: Error {}

/// A computer made of files in a folder, which goes when its test ends.
final class MadeUpMachine {
    let folder: String
    private var ports: [USBSerialPort] = []
    /// The descriptors of the devices at USB ports.
    private var attributes: [String: [String: String]] = [:]

    init() throws {
        var template = Array("/tmp/machine.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw MadeUpMachineError() }
        folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        write("root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n", "/etc/passwd")
        write("root:x:0:\nuser:x:1000:\ndialout:x:20:\nplugdev:x:46:\n", "/etc/group")
    }

    deinit { Self.remove(folder) }

    /// As an ordinary user sees it.
    var machine: Machine {
        Machine(
            root: folder,
            user: User("user", id: 1000, groups: [1000]),
            isClockSynchronised: true,
            ports: PortFinder { [ports] in ports }
        )
    }

    func write(_ text: String, _ path: String, mode: UInt32 = 0o644) {
        makeFolders(to: path)
        let file = unsafe open(folder + path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    func link(_ path: String, to target: String) {
        makeFolders(to: path)
        unsafe unlink(folder + path)
        unsafe symlink(target, folder + path)
    }

    /// A device file of a group's.
    func node(_ path: String, group: UInt32 = 0, mode: UInt32 = 0o660) {
        write("", path)
        unsafe chmod(folder + path, mode)
        // Only root may give files away; otherwise they stay with the user, who is not one of the simulated ones.
        unsafe chown(folder + path, 0, group)
    }

    private func makeFolders(to path: String) {
        var folder = folder
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            unsafe mkdir(folder, 0o755)
        }
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unsafe unlink(path)
            return
        }
        if let stream = unsafe opendir(path) {
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe closedir(stream)
        }
        unsafe rmdir(path)
    }
}

extension MadeUpMachine {
    /// A device at a USB port such as `1-4`, with the files that the kernel makes for it.
    func plugIn(_ port: String, _ kind: String, address: Int = 5, _ attributes: [String: String] = [:]) {
        let path = "/sys/devices/pci0000:00/0000:00:14.0/usb1/\(port)"
        self.attributes[port] = attributes
        let numbers = kind.split(separator: ":")
        var files = [
            "idVendor": String(numbers[0]), "idProduct": String(numbers[1]), "busnum": "1", "devnum": "\(address)",
            "speed": "12", "version": " 2.00", "power/control": "on", "bDeviceClass": "00",
        ]
        files.merge(attributes) { $1 }
        for (name, text) in files { write(text + "\n", "\(path)/\(name)") }
        link("/sys/bus/usb/devices/\(port)", to: "../../..\(path.dropFirst(4))")
        node("/dev/bus/usb/001/\(String(repeating: "0", count: 3 - "\(address)".count))\(address)")
    }

    /// An interface of a device, with the kernel driver that has claimed it.
    func bind(_ port: String, interface: Int, to driver: String?) {
        let name = "\(port):1.\(interface)"
        let path = "/sys/devices/pci0000:00/0000:00:14.0/usb1/\(port)/\(name)"
        write("0\(interface)\n", "\(path)/bInterfaceNumber")
        link("/sys/bus/usb/devices/\(name)", to: "../../..\(path.dropFirst(4))")
        guard let driver else { return }
        write("", "/sys/bus/usb/drivers/\(driver)/bind")
        link("\(path)/driver", to: "../../../../../../bus/usb/drivers/\(driver)")
    }

    /// A serial port of an adapter that is plugged in.
    func addPort(_ name: String, at port: String, interface: Int = 0, driver: String = "ftdi_sio", byID: String? = nil)
    {
        bind(port, interface: interface, to: driver)
        node("/dev/\(name)", group: 20)
        let attributes = attributes[port] ?? [:]
        ports.append(
            USBSerialPort(
                node: "/dev/\(name)",
                links: byID.map { ["/dev/serial/by-path/x", "/dev/serial/by-id/\($0)"] } ?? [],
                serial: attributes["serial"],
                interface: interface,
                place: port,
                manufacturer: attributes["manufacturer"],
                product: attributes["product"]
            )
        )
    }

    /// A process that has files open.
    func addProcess(_ pid: Int, _ name: String, _ words: String..., has files: [String]) {
        write("\(name)\n", "/proc/\(pid)/comm")
        write(([name] + words).map { "\($0)\0" }.joined(), "/proc/\(pid)/cmdline")
        for (index, file) in files.enumerated() { link("/proc/\(pid)/fd/\(index + 3)", to: file) }
    }
}
