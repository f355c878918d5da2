internal import Glibc
internal import Platform
internal import Synchronization

/// The state of a simulated device that outlives the process which drives it, as real hardware does: a few numbers.
///
/// The numbers are in a mapped file in the server's folder for simulated hardware, so that a process can be killed at any
/// time. Without a server, or if the file cannot be used, they last as long as this object.
public final class SimulatedHardware: Sendable {
    private let contents: Lock<Contents>

    private struct Contents {
        var values: [Double]
        let file: NumberFile?
    }

    /// - Parameters:
    ///   - name: the name of the device, as in ``DriverContext/hardwareName``; empty for a device without a server.
    ///   - initial: the state of a device that has just been switched on. A file with another number of values is not used.
    ///   - folder: the server's folder for simulated hardware.
    public init(
        _ name: String,
        _ initial: [Double],
        folder: String? = SimulatedHardwareFolder.current
    ) {
        let path = name.isEmpty ? nil : folder.map { "\($0)/\(Self.fileName(name))" }
        let file = path.flatMap { NumberFile($0, initial) }
        contents = Lock(Contents(values: file?.values ?? initial, file: file))
    }

    /// The present state.
    public var values: [Double] {
        get { contents.withLock(\.values) }
        set {
            contents.withLock { contents in
                guard newValue.count == contents.values.count else { return }
                contents.values = newValue
                contents.file?.store(newValue)
            }
        }
    }

    /// A file name for any text.
    public static func fileName(_ text: String) -> String {
        let name = text.utf8.map { isSafe($0) ? String(UnicodeScalar($0)) : "%\($0)" }.joined()
        return String(name.prefix(200))
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// The folder in which a server keeps simulated hardware for as long as it runs.
///
/// Its workers find it by an environment variable.
public struct SimulatedHardwareFolder: Sendable {
    public static let variable = "SIMULATED_HARDWARE"

    /// The folder of the server that runs this process; nil without a server.
    public static var current: String? { Environment[variable] }

    private let path: String
    /// Whether this value has made the folder.
    private let isOurs: Bool

    /// Makes a folder for this process and its children, or uses the one that the environment names.
    ///
    /// Nil if no folder can be made: then simulated hardware starts afresh with each process.
    public init?() {
        if let path = Self.current {
            (self.path, isOurs) = (path, false)
            return
        }
        // Temporary files go to TMPDIR, or by default to /tmp (Filesystem Hierarchy Standard 3.18).
        var template = Array("\(Environment["TMPDIR"] ?? "/tmp")/simulated-hardware-XXXXXX".utf8CString)
        let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        guard isMade else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        isOurs = true
        unsafe setenv(Self.variable, path, 1)
    }

    /// Removes the folder and everything in it.
    public func remove() {
        guard isOurs else { return }
        for name in FileSystem.names(in: path) { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
        unsafe unsetenv(Self.variable)
    }
}

/// A mapped file of numbers: two copies of them and the index of the valid one.
// Unchecked: the lock of its owner guards the memory.
@safe private struct NumberFile: @unchecked Sendable {
    private let memory: UnsafeMutablePointer<UInt64>
    private let count: Int

    private static let signature: UInt64 = 0x5349_4d48_5744_0001

    /// Maps the file; makes it with the initial values if it does not exist or holds something else.
    init?(_ path: String, _ initial: [Double]) {
        let count = initial.count
        let size = (2 + 2 * count) * 8
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let isComplete = status.st_size == size
        // Reserved, since a write to a mapping without room behind it ends the process.
        if !isComplete, ftruncate(file, 0) != 0 || posix_fallocate(file, 0, size) != 0 {
            // A full disk.
            if status.st_size == 0 { unsafe unlink(path) }
            return nil
        }
        let mapping = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
        unsafe memory = mapping.bindMemory(to: UInt64.self, capacity: 2 + 2 * count)
        self.count = count
        guard unsafe memory[0] == Self.signature, unsafe memory[1] < 2, values.allSatisfy(\.isFinite) else {
            unsafe memory[1] = 0
            store(initial)
            unsafe memory[0] = Self.signature
            return
        }
    }

    var values: [Double] {
        let start = unsafe 2 + Int(memory[1] & 1) * count
        return (0..<count).map { unsafe Double(bitPattern: memory[start + $0]) }
    }

    func store(_ values: [Double]) {
        let next = unsafe 1 - (memory[1] & 1)
        for (index, value) in values.enumerated() { unsafe memory[2 + Int(next) * count + index] = value.bitPattern }
        // A process that is killed in between leaves the other copy.
        atomicMemoryFence(ordering: .releasing)
        unsafe memory[1] = next
    }
}
