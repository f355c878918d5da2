internal import FilterWheels
import Glibc
import Platform
import Synchronization
public import Transports

/// A folder with simulated devices, which programs under umockdev's preload library see in place of the computer's.
///
/// It uses the library's private protocol of version 0.17.16, so a newer version may need changes here.
public final class Testbed: Sendable {
    public let folder: String
    private let lastEvent = Atomic<Int>(0)
    private let lastAddress: Atomic<Int>

    /// - Parameter firstAddress: that of the first device, from 2; programs that look for who has a device open mix up
    ///   two testbeds with the same addresses.
    /// - Throws: if the folder cannot be made.
    public init(firstAddress: Int = 2) throws(TestbedError) {
        lastAddress = Atomic(firstAddress - 1)
        // The paths of sockets in it must not be longer than 107 bytes.
        var template = Array("/tmp/usb.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestbedError("mkdtemp", errno) }
        folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        unsafe chmod(folder, 0o755)
        for name in ["dev/.node", "dev/bus/usb", "sys/bus/usb/devices", "sys/dev/char", "ioctl"] { makeFolder(name) }
        // Other files are left to the kernel.
        try serve("ioctl/_default") { _ in PassingOn() }
    }

    /// Removes the folder and its content.
    public func remove() { Self.removeAll(folder) }

    // MARK: Devices

    /// Plugs a device in at a free port.
    public func plugIn(_ model: any SimulatedUSBDevice, at port: USBPort) throws(TestbedError) -> VirtualUSBDevice {
        let address = lastAddress.add(1, ordering: .relaxed).newValue
        let info = model.description.info(at: port, address: UInt8(2 + (address - 2) % 126))
        let device = VirtualUSBDevice(model, info, in: self)
        try device.plugIn()
        return device
    }

    // MARK: Files

    func makeFolder(_ name: String) {
        var path = folder
        for part in name.split(separator: "/") {
            path += "/\(part)"
            unsafe mkdir(path, 0o755)
        }
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) {
        makeFolder(Self.parent(of: name))
        let file = unsafe open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        _ = unsafe Array(bytes).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    func link(_ name: String, to target: String) {
        makeFolder(Self.parent(of: name))
        unsafe unlink("\(folder)/\(name)")
        unsafe symlink(target, "\(folder)/\(name)")
    }

    func removeAll(_ name: String) { Self.removeAll("\(folder)/\(name)") }

    private static func parent(of name: String) -> String {
        name.split(separator: "/").dropLast().joined(separator: "/")
    }

    private static func removeAll(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unsafe unlink(path)
            return
        }
        for name in FileSystem.names(in: path) { removeAll("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    // MARK: Sockets

    /// Answers the ioctls of a file, with a thread for each opening.
    func serve(_ name: String, _ answering: @escaping @Sendable (Int) -> any FileAnswering) throws(TestbedError) {
        makeFolder(Self.parent(of: name))
        let listener = try UnixSocket.listen(at: "\(folder)/\(name)")
        BlockingThread.startEventually("accept") {
            var count = 0
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 || errno == EINTR else { return }
                guard client >= 0 else { continue }
                count += 1
                let answering = answering(count)
                BlockingThread.startEventually("usbfs") {
                    PreloadClient(client).run(answering)
                    answering.hasClosed()
                    close(client)
                }
            }
        }
    }

    /// Reports to all programs that a device has come or gone, as udev does.
    func tell(_ action: String, _ path: String, _ properties: [(String, String)]) {
        let number = lastEvent.add(1, ordering: .relaxed).newValue
        let all = [("ACTION", action), ("DEVPATH", path), ("SUBSYSTEM", "usb"), ("SEQNUM", "\(number)")] + properties
        let message = UdevMessage(subsystem: "usb", type: "usb_device", properties: all).bytes
        for name in FileSystem.names(in: folder) where name.hasPrefix("event") {
            // A program that has ended leaves its socket behind.
            if !UnixSocket.send(message, to: "\(folder)/\(name)") { unsafe unlink("\(folder)/\(name)") }
        }
    }
}

/// A call that the system refused to a testbed.
public struct TestbedError: Error, CustomStringConvertible {
    public let description: String

    init(_ call: String, _ code: Int32) { description = "\(call): \(SystemError.text(code))" }
}

extension Testbed {
    /// Whether this process can see the devices of testbeds, since it was started with umockdev's preload library.
    public static var isPreloaded: Bool {
        Environment["LD_PRELOAD"]?.contains("libumockdev-preload") ?? false
    }

    /// Shows this testbed's devices to this process and to the processes that it starts.
    public func use() { unsafe setenv("UMOCKDEV_DIR", folder, 1) }
}

/// A message from udev to the programs that watch devices, after libudev's header.
struct UdevMessage {
    let bytes: [UInt8]

    init(subsystem: String, type: String, properties: [(String, String)]) {
        let body = properties.flatMap { name, value -> [UInt8] in Array("\(name)=\(value)".utf8) + [0] }
        var bytes = Array("libudev".utf8) + [0]
        func add(_ number: UInt32) { unsafe withUnsafeBytes(of: number) { unsafe bytes.append(contentsOf: $0) } }
        add(UInt32(0xfeed_cafe).bigEndian)
        // The length of the header, and the offset and length of the properties.
        for number in [40, 40, body.count] { add(UInt32(number)) }
        add(Self.hash(subsystem).bigEndian)
        add(Self.hash(type).bigEndian)
        add(0)
        add(0)
        self.bytes = bytes + body
    }

    /// MurmurHash2, which libudev's filters use for names.
    private static func hash(_ text: String) -> UInt32 {
        let (bytes, factor) = (Array(text.utf8), UInt32(0x5bd1_e995))
        var hash = UInt32(bytes.count)
        var rest = bytes[...]
        while rest.count >= 4 {
            var block = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &* factor
            block ^= block >> 24
            hash = (hash &* factor) ^ (block &* factor)
            rest = rest.dropFirst(4)
        }
        for (index, byte) in rest.enumerated() { hash ^= UInt32(byte) << UInt32(8 * index) }
        if !rest.isEmpty { hash = hash &* factor }
        hash = (hash ^ hash >> 13) &* factor
        return hash ^ hash >> 15
    }
}
